import * as v from "valibot";

/** An optional field whose value is dropped if it is not as expected, so that one odd field does not lose its event. */
export const lenient = <T extends v.GenericSchema>(schema: T) =>
  v.optional(v.fallback(v.optional(schema), undefined));

/** Parses one line of an event stream, a JSON object. Returns undefined if it is not an event of the schema. */
export function parseEvent<T extends v.GenericSchema>(schema: T, line: string): v.InferOutput<T> | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
