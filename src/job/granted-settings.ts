import type * as v from "valibot";
import { type Config, configSchema } from "../../schemas/config.ts";
import { type EngineName, sandboxes } from "../../schemas/engines.ts";
import { type Grant, grantOf } from "../../schemas/grants.ts";
import { type EnvironmentSetting, isWithin } from "../engines/environment.ts";
import { isPlainMap, type Path } from "../yaml/yaml-file.ts";

/** A setting in a configuration file that can give something to a project. */
export interface GrantedSetting {
  readonly path: Path;
  /** The path in words: `engines.command.run`. */
  readonly key: string;
  readonly grant: Grant;
  readonly value: unknown;
}

/** Returns the settings in the value of a configuration file that can give something to a project, in the schema's order. */
export const grantedSettings = (value: unknown): GrantedSetting[] => settingsIn(configSchema, value, []);

interface SchemaParts {
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly wrapped?: v.GenericSchema;
}

function settingsIn(schema: v.GenericSchema, value: unknown, path: Path): GrantedSetting[] {
  const grant = grantOf(schema);
  if (grant) return [{ path, key: path.join("."), grant, value }];
  const { entries = {}, wrapped } = schema as SchemaParts;
  if (wrapped) return settingsIn(wrapped, value, path);
  if (!isPlainMap(value)) return [];
  return Object.entries(entries).flatMap(([key, inner]) =>
    Object.hasOwn(value, key) ? settingsIn(inner, value[key], [...path, key]) : [],
  );
}

/** Whether a setting gives a project more than the user's own configuration does. `merged` is both together. */
export function goesBeyond({ grant, path }: GrantedSetting, own: Config, merged: Config): boolean {
  const [given, before] = [valueAt(merged, path), valueAt(own, path)];
  switch (grant) {
    case "program":
      return given !== before;
    case "sandbox":
      return sandboxes.indexOf(given as never) > sandboxes.indexOf(before as never);
    case "tools":
      return !(given as readonly string[]).every((tool) => isAllowedBy(before as readonly string[], tool));
    case "environment":
      return !isWithin(path[1] as EngineName, given as EnvironmentSetting, before as EnvironmentSetting);
    case "owner":
      return true;
  }
}

/** Whether a list allows a tool: as a whole or, for one with a rule such as `Bash(npm test)`, its use in general. */
const isAllowedBy = (tools: readonly string[], tool: string): boolean =>
  tools.some(
    (allowed) =>
      tool === allowed || (tool.startsWith(`${allowed}(`) && tool.indexOf(")") === tool.length - 1),
  );

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, key) => (isPlainMap(at) ? at[key] : undefined), value);

/** A copy of a value without what is at a path. */
export function without(value: unknown, [key, ...rest]: Path): unknown {
  if (!isPlainMap(value) || key === undefined || !Object.hasOwn(value, key)) return value;
  const { [key]: inner, ...others } = value;
  return rest.length === 0 ? others : { ...others, [key]: without(inner, rest) };
}
