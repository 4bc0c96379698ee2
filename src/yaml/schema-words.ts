import { listed } from "../text/list.ts";
import { quoted } from "../text/printable.ts";
import type { Path } from "./yaml-file.ts";

/** What of a valibot schema tells its shape. A pipe has the properties of what it starts with. */
export interface Shape {
  readonly type: string;
  /** Of a map with known keys. */
  readonly entries?: Readonly<Record<string, Shape>>;
  /** Of a list. */
  readonly item?: Shape;
  /** Of a map with any keys. */
  readonly value?: Shape;
  /** Of what may be absent. */
  readonly wrapped?: Shape;
  readonly options?: readonly string[];
  readonly literal?: unknown;
  readonly pipe?: readonly Shape[];
}

export const unwrapped = (shape: Shape): Shape => (shape.wrapped ? unwrapped(shape.wrapped) : shape);

/** What a shape says of the part at a path; nothing where it says nothing. */
export function shapeAt(shape: Shape, path: Path): Shape | undefined {
  let at: Shape | undefined = unwrapped(shape);
  for (const step of path) {
    const key = String(step);
    const entry: Shape | undefined =
      at.entries && Object.hasOwn(at.entries, key) ? at.entries[key] : undefined;
    const next = entry ?? at.item ?? at.value;
    if (!next) return undefined;
    at = unwrapped(next);
  }
  return at;
}

export const requiredKeys = ({ entries = {} }: Shape): string[] =>
  Object.keys(entries).filter((key) => !entries[key]?.wrapped);

/** What a shape asks for: `a list of strings`. */
export function inWords(shape: Shape, plural = false): string {
  switch (shape.type) {
    case "array":
      return `${plural ? "lists" : "a list"} of ${shape.item ? inWords(unwrapped(shape.item), true) : "values"}`;
    case "object": {
      const keys = requiredKeys(shape).map(quoted);
      return `${plural ? "maps" : "a map"}${keys.length > 0 ? ` with ${listed(keys)}` : ""}`;
    }
    case "record":
      return `${plural ? "maps" : "a map"} of names to ${shape.value ? inWords(unwrapped(shape.value), true) : "values"}`;
    case "picklist":
      return `one of ${listed(shape.options ?? [], { last: "or" })}`;
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

const isWhole = ({ type, pipe = [] }: Shape): boolean => type === "integer" || pipe.some(isWhole);

/** A value as it was found: `the string "b"`. */
export function found(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return `the string ${quoted(value)}`;
  return typeof value === "number" ? `the number ${value}` : String(value);
}

/** What one entry of a list is called. */
const entryNouns: Readonly<Record<string, string>> = { stages: "stage", tasks: "task" };

/**
 * A part of a file as people call it: `"depends" of task "a"`, `task 2 of stage "A"`, `the file`. An entry goes by its
 * id or name where it has one, else by its number.
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
