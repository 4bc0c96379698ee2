import * as v from "valibot";
import { error, type Place, type Problem, type ProblemCode, warning } from "../problem.ts";
import { listed } from "../text/list.ts";
import { nearest } from "../text/nearest.ts";
import { quoted } from "../text/printable.ts";
import {
  expectedText,
  foundText,
  partName,
  requiredKeys,
  type Shape,
  shapeAt,
  shapeFor,
  textOptions,
  unwrapped,
} from "./schema-words.ts";
import type { Path, YamlFile } from "./yaml-file.ts";

type Issue = v.BaseIssue<unknown>;

/**
 * Checks a file against a schema. Returns all problems and, if none of them is an error, the parsed value. `codes` has
 * the problem codes of invalid values, by the path of their key, such as `mode`.
 */
export function schemaProblems<S extends v.GenericSchema>(
  schema: S,
  file: YamlFile,
  codes: Readonly<Record<string, ProblemCode>> = {},
): { value?: v.InferOutput<S>; problems: Problem[] } {
  const shape = schema as unknown as Shape;
  const { lists, unknownKeys } = findAccepted(shape, file.value);
  const listPaths = new Set(lists.map((path) => JSON.stringify(path)));
  const isBelowList = (path: Path) =>
    path.some((_, end) => listPaths.has(JSON.stringify(path.slice(0, end))));
  const parsed = v.safeParse(schema, file.value, { abortPipeEarly: true });
  const issues = ((parsed.issues ?? []) as Issue[])
    .flatMap(issuesOfParts)
    .filter((issue) => !isBelowList(pathOf(issue)));
  const errors = [
    ...lists.map((path) => wrongType(shape, path, file)),
    ...issues.map((issue) => problemOf(issue, shape, file, codes)),
  ];
  const problems = [...errors, ...unknownKeys.map((path) => unknownKey(shape, path, file))];
  return parsed.success && errors.length === 0 ? { value: parsed.output, problems } : { problems };
}

/** Replaces the issue of a union, if a map was found, with those of the map's parts. */
function issuesOfParts(issue: Issue): Issue[] {
  const inside = issue.type === "union" ? (issue.issues ?? []).filter(({ path }) => path) : [];
  if (inside.length === 0) return [issue];
  return inside.map((part) => ({ ...part, path: [...(issue.path ?? []), ...(part.path ?? [])] }) as Issue);
}

const pathOf = (issue: Issue): Path => (issue.path ?? []).map(({ key }) => key as string | number);

/** Finds what valibot accepts: lists in place of maps, and unknown keys. */
function findAccepted(shape: Shape, top: unknown): { lists: Path[]; unknownKeys: Path[] } {
  const lists: Path[] = [];
  const unknownKeys: Path[] = [];
  const walk = (value: unknown, valueShape: Shape, path: Path): void => {
    const { type, entries, item } = shapeFor(valueShape, value);
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      if (item) for (const [at, inner] of value.entries()) walk(inner, item, [...path, at]);
      else if (type === "object" || type === "record") lists.push(path);
      return;
    }
    if (!entries) return;
    for (const [key, inner] of Object.entries(value)) {
      const known = Object.hasOwn(entries, key) ? entries[key] : undefined;
      if (known) walk(inner, known, [...path, key]);
      else unknownKeys.push([...path, key]);
    }
  };
  walk(top, shape, []);
  return { lists, unknownKeys };
}

function problemOf(
  issue: Issue,
  shape: Shape,
  file: YamlFile,
  codes: Readonly<Record<string, ProblemCode>>,
): Problem {
  const path = pathOf(issue);
  const { kind, type, input } = issue;
  const isKey = issue.path?.at(-1)?.origin === "key";
  if (kind === "schema" && isKey) return missingKey(shape, path, file);
  if (kind === "schema" && type !== "picklist" && type !== "literal") return wrongType(shape, path, file);
  const code = codes[path.join(".")] ?? "invalid-value";
  if (kind === "validation") {
    const name = isKey
      ? `key ${quoted(String(input))} of ${partName(file.value, path.slice(0, -1))}`
      : partName(file.value, path);
    const but = isKey || input === "" ? "" : `, found ${brief(input)}`;
    return error(code, `${name} ${ruleOf(issue)}${but}`, file.place(path, isKey ? "key" : "value"));
  }
  const allowed = shapeAt(shape, path);
  const but = type === "picklist" && typeof input === "string" ? quoted(input) : foundText(input);
  const message = `${partName(file.value, path)} must be ${allowed ? expectedText(allowed) : issue.expected}, found ${but}`;
  if (type === "literal")
    return error(code, message, file.place(path), { hint: `write \`${path.at(-1)}: ${allowed?.literal}\`` });
  const near = typeof input === "string" ? nearest(input, allowed ? textOptions(allowed) : []) : undefined;
  return error(code, message, file.place(path), { hint: near && `did you mean ${quoted(near)}?` });
}

const brief = (value: unknown): string => (typeof value === "string" ? quoted(value) : String(value));

/** The rule that a value of the right type breaks. Our own messages start with "must"; valibot's are replaced. */
function ruleOf(issue: Issue): string {
  if (issue.message.startsWith("must")) return issue.message;
  const limit = String((issue as { requirement?: unknown }).requirement);
  const rules: Readonly<Record<string, string>> = {
    integer: "must be a whole number",
    min_value: `must be at least ${limit}`,
    max_value: `must be at most ${limit}`,
    max_length: `must have at most ${limit} characters`,
  };
  return rules[issue.type] ?? issue.message;
}

function missingKey(shape: Shape, path: Path, file: YamlFile): Problem {
  const key = String(path.at(-1));
  const due = shapeAt(shape, path);
  const isLiteral = due?.type === "literal";
  const message = `missing key ${quoted(key)} in ${partName(file.value, path.slice(0, -1))}`;
  // The place is the map that lacks the key or, if only its value is missing, the key.
  return error("missing-key", message, file.place(path), {
    hint: isLiteral
      ? `add \`${key}: ${due.literal}\``
      : `add \`${key}:\`${due ? ` with ${expectedText(due)}` : ""}`,
  });
}

function wrongType(shape: Shape, path: Path, file: YamlFile): Problem {
  const due = shapeAt(shape, path);
  const value = path.reduce<unknown>(
    (at, step) => (at as Record<string | number, unknown>)[step],
    file.value,
  );
  const place = file.place(path);
  const hint = due && hintForType(due, value, path.at(-1), place);
  const message = `${partName(file.value, path)} must be ${due ? expectedText(due) : "something else"}, found ${foundText(value)}`;
  return error("wrong-type", message, place, { hint });
}

/** How to write the value that was found as the type that was expected; undefined if that is not clear. */
function hintForType(
  due: Shape,
  value: unknown,
  key: string | number | undefined,
  place: Place,
): string | undefined {
  const written = (text: string) => `write \`${typeof key === "string" ? `${key}: ` : ""}${text}\``;
  const first = requiredKeys(due.item ? unwrapped(due.item) : due)[0];
  const isText = typeof value === "string" && value !== "";
  switch (due.type) {
    case "array":
      if (isText) return written(first ? `[{ ${first}: ${inFlow(value)} }]` : `[${inFlow(value)}]`);
      return foundText(value) === "a map" ? "start each entry with `- `" : undefined;
    case "object":
      if (isText && first)
        return written(
          typeof key === "string" ? `{ ${first}: ${inFlow(value)} }` : `${first}: ${inFlow(value)}`,
        );
      return Array.isArray(value) ? "remove the `- `" : undefined;
    case "record":
      return Array.isArray(value) || isText ? "write one `NAME: value` on each line" : undefined;
    case "string":
      if (value === null) return "remove the empty entry";
      if (typeof value === "object") return "if it is text, put it in quotes";
      return written(`"${writtenAs(place, String(value))}"`);
    case "number":
      return isText && Number.isFinite(Number(value)) ? written(String(Number(value))) : undefined;
    case "boolean":
      if (!isText || !/^(yes|on|y|no|off|n)$/i.test(value)) return undefined;
      return written(String(/^(yes|on|y)$/i.test(value)));
    default:
      return undefined;
  }
}

/** A short string as an entry in brackets. */
const inFlow = (text: string): string =>
  /^[\w./@-][\w ./@-]{0,58}[\w./@-]$|^\w$/.test(text) ? text : quoted(text);

/** A number as its author wrote it: `1.10`, although the value has lost its last zero. */
function writtenAs({ source = "", column, length = 0 }: Place, value: string): string {
  const text = source.slice(column - 1, column - 1 + length);
  return /^[\w.+-]+$/.test(text) ? text : value;
}

/** A warning only, since the key may be meant for another tool. */
function unknownKey(shape: Shape, path: Path, file: YamlFile): Problem {
  const key = String(path.at(-1));
  const inside = path.slice(0, -1);
  const due = shapeAt(shape, inside);
  const known = Object.keys((due && shapeFor(due, {}).entries) ?? {});
  const near = nearest(key, known);
  const message = `unknown key ${quoted(key)} in ${partName(file.value, inside)}: it is ignored`;
  return warning("unknown-key", message, file.place(path, "key"), {
    hint: near
      ? `did you mean ${quoted(near)}?`
      : `known keys: ${listed(known, { most: Number.POSITIVE_INFINITY })}`,
  });
}
