import * as v from "valibot";

/** The same schema with a description, which the generated JSON Schema shows; its type stays as it is. */
export const described = <T extends v.GenericSchema>(schema: T, text: string) =>
  v.pipe(schema, v.description(text)) as unknown as T;

/** A string that is not empty. */
export const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
