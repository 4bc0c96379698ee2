import { createHash } from "node:crypto";
import { normalisePath } from "../../machines/schedule/locks.ts";
import type { Mode, Verify } from "../../schemas/manifest.ts";
import { titleKey } from "../text/title-key.ts";

/** What a derivation gives of one task; `verify` without `expect` expects `exit 0`. */
export interface DerivedValues {
  readonly title?: string;
  readonly files: readonly string[];
  readonly depends: readonly string[];
  /** None: that of the manifest. */
  readonly tier?: string;
  readonly verify?: readonly (Pick<Verify, "run"> & Partial<Verify>)[];
}
export type DerivedKey = keyof DerivedValues;
export const derivedKeys = [
  "title",
  "files",
  "depends",
  "tier",
  "verify",
] as const satisfies readonly DerivedKey[];

/** What it gives of the whole manifest. */
export interface DerivedOrder {
  readonly mode: Mode;
  readonly tier: string;
  readonly max_parallel: number;
}
export const orderKeys = ["mode", "tier", "max_parallel"] as const satisfies readonly (keyof DerivedOrder)[];

/** A manifest as it is derived from a plan: its keys in the order in which they are written. */
export interface Written extends DerivedOrder {
  readonly stages: readonly { readonly name: string; readonly tasks: readonly WrittenTask[] }[];
}
export interface WrittenTask extends DerivedValues {
  readonly id: string;
  readonly title: string;
}

/**
 * Marks of the values that were derived last, by task id and, under the empty id, of the whole manifest: what a
 * manifest holds with another mark was edited by a person. Stands in the manifest's last comments.
 */
export type DerivedRecord = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** A value in a form in which the order of lists and what is said by default make no difference. */
function plain(key: string, value: unknown): unknown {
  const list = (value ?? []) as readonly string[];
  if (key === "files") return [...new Set(list.map(normalisePath))].sort();
  if (key === "depends") return [...new Set(list)].sort();
  if (key === "verify")
    return ((value ?? []) as readonly Verify[]).map(({ run, expect = "exit 0" }) => [run, expect]);
  return value ?? "";
}

export const markOf = (key: string, value: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(plain(key, value)))
    .digest("hex")
    .slice(0, 8);

export const isSame = (key: string, one: unknown, other: unknown): boolean =>
  key === "title" ? titleKey(one) === titleKey(other) : markOf(key, one) === markOf(key, other);

export function recordOf(
  order: DerivedOrder,
  tasks: readonly (DerivedValues & { readonly id: string })[],
): DerivedRecord {
  const marks = (keys: readonly string[], of: object) =>
    Object.fromEntries(keys.map((key) => [key, markOf(key, (of as Readonly<Record<string, unknown>>)[key])]));
  return new Map([
    ["", marks(orderKeys, order)],
    ...tasks.map((task) => [task.id, marks(derivedKeys, task)] as const),
  ]);
}

const heading = "# Record of derived values, by which --update recognises your edits. Leave it here:";
/** The heading that 0.1.0 wrote; a manifest that has it keeps it. */
const firstHeading = "# What was derived, by which --update tells your edits from the plan's; leave it here:";
export const isRecordHeading = (text: string): boolean => text === heading || text === firstHeading;
/** The marks of what few tasks have: left out of the lines. */
const none: Readonly<Record<string, string>> = {
  verify: markOf("verify", undefined),
  tier: markOf("tier", undefined),
};

/** The lines of comment that hold a record. */
export const recordLines = (record: DerivedRecord, first = heading): string[] => [
  first,
  ...[...record].map(([id, marks]) => {
    const parts = Object.entries(marks).filter(([key, mark]) => mark !== none[key]);
    return `# derived${id ? ` ${encodeURIComponent(Buffer.from(id).toString())}` : ""}: ${parts.map((part) => part.join(" ")).join(", ")}`;
  }),
];

const line = /^# derived(?: ([\w%.!~*'()-]+))?: ((?:\w+ [0-9a-f]{8}(?:, |(?=\r?$)))+)\r?$/;

/** The lines of a manifest's text, behind its last value, in which a record stands: where each starts and ends. */
export function recordSpans(text: string, from: number): { start: number; end: number; line: string }[] {
  const found: { start: number; end: number; line: string }[] = [];
  for (let start = from; start < text.length; ) {
    const next = text.indexOf("\n", start);
    const end = next < 0 ? text.length : next + 1;
    const own = text.slice(start, end).replace(/\r?\n$/, "");
    if (isRecordHeading(own) || line.test(own)) found.push({ start, end, line: own });
    start = end;
  }
  return found;
}

export function recordIn(lines: readonly string[]): DerivedRecord {
  const record = new Map<string, Readonly<Record<string, string>>>();
  for (const text of lines) {
    const [, id = "", parts] = line.exec(text) ?? [];
    if (parts === undefined) continue;
    record.set(decoded(id), Object.fromEntries(parts.split(", ").map((part) => part.split(" "))));
  }
  // A record that has no tier of the manifest knows none of its tasks either.
  const { tier, ...others } = none;
  const absent = record.get("")?.tier === undefined ? others : none;
  return new Map([...record].map(([id, marks]) => [id, id === "" ? marks : { ...absent, ...marks }]));
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
