import { listed } from "../text/list.ts";
import { quoted } from "../text/printable.ts";
import type { Path } from "./yaml-file.ts";

/** The properties of a valibot schema that describe its shape. A pipe has those of its first schema. */
export interface Shape {
  readonly type: string;
  /** For a map with known keys. */
  readonly entries?: Readonly<Record<string, Shape>>;
  /** For a list. */
  readonly item?: Shape;
  /** For a map with any keys. */
  readonly value?: Shape;
  /** For an optional value. */
  readonly wrapped?: Shape;
  /** The values of a picklist, or the alternatives of a union: at most one for each kind of value. */
  readonly options?: readonly (string | Shape)[];
  readonly literal?: unknown;
  readonly pipe?: readonly Shape[];
}

export const unwrapped = (shape: Shape): Shape => (shape.wrapped ? unwrapped(shape.wrapped) : shape);

/** The shapes that a value may have: those of a union, or the shape itself. */
const alternatives = (shape: Shape): Shape[] =>
  shape.type === "union"
    ? (shape.options ?? []).flatMap((option) => (typeof option === "string" ? [] : [unwrapped(option)]))
    : [shape];

/** The shape for a value, without wrappers: of a union, the one for its kind of value. */
export function shapeFor(shape: Shape, value: unknown): Shape {
  const at = unwrapped(shape);
  const kind = Array.isArray(value) ? "array" : typeof value;
  return alternatives(at).find(({ type }) => type === kind) ?? at;
}

/** The shape of the part at a path; undefined if the schema has none there. */
export function shapeAt(shape: Shape, path: Path): Shape | undefined {
  let at: Shape | undefined = unwrapped(shape);
  for (const step of path) {
    const next = alternatives(at).flatMap((one) => memberShape(one, step) ?? [])[0];
    if (!next) return undefined;
    at = unwrapped(next);
  }
  return at;
}

function memberShape({ entries, item, value }: Shape, step: string | number): Shape | undefined {
  const entry = entries && Object.hasOwn(entries, step) ? entries[step] : undefined;
  return entry ?? (typeof step === "number" ? item : undefined) ?? value;
}

export const requiredKeys = ({ entries = {} }: Shape): string[] =>
  Object.keys(entries).filter((key) => !entries[key]?.wrapped);

/** What a shape expects, in words: `a list of strings`. */
export function expectedText(shape: Shape, plural = false): string {
  switch (shape.type) {
    case "array":
      return `${plural ? "lists" : "a list"} of ${shape.item ? expectedText(unwrapped(shape.item), true) : "values"}`;
    case "object": {
      const keys = requiredKeys(shape).map(quoted);
      return `${plural ? "maps" : "a map"}${keys.length > 0 ? ` with ${listed(keys)}` : ""}`;
    }
    case "record":
      return `${plural ? "maps" : "a map"} of names to ${shape.value ? expectedText(unwrapped(shape.value), true) : "values"}`;
    case "picklist":
      return `one of ${listed(textOptions(shape), { last: "or" })}`;
    case "union":
      return alternatives(shape)
        .map((one) => expectedText(one, plural))
        .join(" or ");
    case "literal":
      return String(shape.literal);
    case "boolean":
      return "true or false";
    case "number": {
      const whole = isWhole(shape) ? "whole number" : "number";
      return plural ? `${whole}s` : `a ${whole}`;
    }
    default:
      return plural ? `${shape.type}s` : `a ${shape.type}`;
  }
}

/** The values of a picklist. */
export const textOptions = ({ options = [] }: Shape): string[] =>
  options.filter((option) => typeof option === "string");

const isWhole = ({ type, pipe = [] }: Shape): boolean => type === "integer" || pipe.some(isWhole);

/** A value that was found, in words: `the string "b"`. */
export function foundText(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return `the string ${quoted(value)}`;
  return typeof value === "number" ? `the number ${value}` : String(value);
}

/** Names for the entries of lists. */
const entryNouns: Readonly<Record<string, string>> = { stages: "stage", tasks: "task" };

/**
 * The name of a part of a file in messages: `"depends" of task "a"`, `task 2 of stage "A"`, `the file`. An entry is
 * named by its id or name, or else by its number.
 */
export function partName(top: unknown, path: Path): string {
  const values = [top];
  for (const step of path) values.push(memberOf(values.at(-1), step));
  const words: string[] = [];
  let end = path.length;
  while (end > 0) {
    const step = path[end - 1];
    if (typeof step === "number") {
      const list = path[end - 2];
      const noun = typeof list === "string" ? entryNouns[list] : undefined;
      const name = nameOf(values[end]);
      words.push(noun ? `${noun} ${name ?? step + 1}` : `entry ${step + 1}`);
      if (noun && name) break;
      end -= noun ? 2 : 1;
    } else {
      let start = end - 1;
      while (start > 0 && typeof path[start - 1] === "string") start -= 1;
      words.push(quoted(path.slice(start, end).join(".")));
      end = start;
    }
  }
  return words.length === 0 ? "the file" : words.join(" of ");
}

function memberOf(value: unknown, step: string | number): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, step)
    ? (value as Record<string | number, unknown>)[step]
    : undefined;
}

function nameOf(value: unknown): string | undefined {
  const name = memberOf(value, "id") ?? memberOf(value, "name");
  return typeof name === "string" && name !== "" ? quoted(name) : undefined;
}
