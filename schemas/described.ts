import * as v from "valibot";

/** The same schema with a description, which the generated JSON Schema shows; its type stays as it is. */
export const described = <T extends v.GenericSchema>(schema: T, text: string) =>
  v.pipe(schema, v.description(text)) as unknown as T;

/** A string that is not empty. */
export const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));

/**
 * A union of at most one schema for each kind of value: a list, a map, a string, a number. Its errors are those of the
 * schema for the kind that is given. valibot's own union takes a list for a map.
 */
export function oneOfKinds<const Options extends readonly v.GenericSchema[]>(
  ...options: Options
): v.UnionSchema<Options, undefined> {
  const union = v.union(options);
  return {
    ...union,
    "~run"(dataset, config) {
      const { value } = dataset;
      const kind = Array.isArray(value) ? "array" : typeof value;
      return (options.find(({ type }) => type === kind) ?? union)["~run"](dataset, config) as never;
    },
  };
}
