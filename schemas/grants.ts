import type * as v from "valibot";

/**
 * What a setting can give to a project: `program` names one that is started; `sandbox`, `tools` and `environment` decide
 * what agents may do and see; `owner` is a matter of the user alone.
 */
export type Grant = "program" | "sandbox" | "tools" | "environment" | "owner";

const grants = new WeakMap<v.GenericSchema, Grant>();

/** The same schema of a setting, which a project's configuration may set beyond the user's own only with approval. */
export function granting<T extends v.GenericSchema>(grant: Grant, schema: T): T {
  grants.set(schema, grant);
  return schema;
}

/** What a setting can give to a project, by its schema; undefined if nothing that needs approval. */
export const grantOf = (schema: v.GenericSchema): Grant | undefined => grants.get(schema);
