import { createHash } from "node:crypto";
import { normalisePath } from "../../machines/schedule/locks.ts";
import type { Verify } from "../../schemas/manifest.ts";
import type { DerivedManifest, DerivedTask } from "../derive/derived-manifest.ts";
import { titleKey } from "../text/title-key.ts";

/** The keys of a task that are derived from the plan. */
export const derivedKeys = ["title", "files", "depends", "tier", "verify"] as const;
export type DerivedKey = (typeof derivedKeys)[number];

/** The keys of a manifest that are derived from the plan, besides its stages. */
export const orderKeys = ["mode", "tier", "max_parallel"] as const;
export type DerivedOrder = Pick<DerivedManifest, (typeof orderKeys)[number]>;

/**
 * Digests of the values that were derived last, by task id, and under the empty id those of the whole manifest: a value
 * with another digest was edited by a person. The record is kept in the last comments of the manifest.
 */
export type DerivedRecord = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** A value without the order of lists and without defaults. */
function normalised(key: string, value: unknown): unknown {
  const list = (value ?? []) as readonly string[];
  if (key === "files") return [...new Set(list.map(normalisePath))].sort();
  if (key === "depends") return [...new Set(list)].sort();
  if (key === "verify")
    return ((value ?? []) as readonly Verify[]).map(({ run, expect = "exit 0" }) => [run, expect]);
  return value ?? "";
}

export const digestOf = (key: string, value: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(normalised(key, value)))
    .digest("hex")
    .slice(0, 8);

export const isSame = (key: string, one: unknown, other: unknown): boolean =>
  key === "title" ? titleKey(one) === titleKey(other) : digestOf(key, one) === digestOf(key, other);

export function buildRecord(order: DerivedOrder, tasks: readonly DerivedTask[]): DerivedRecord {
  const digests = (keys: readonly string[], values: object) =>
    Object.fromEntries(
      keys.map((key) => [key, digestOf(key, (values as Readonly<Record<string, unknown>>)[key])]),
    );
  return new Map([
    ["", digests(orderKeys, order)],
    ...tasks.map((task) => [task.id, digests(derivedKeys, task)] as const),
  ]);
}

const heading = "# Record of derived values, by which --update recognises your edits. Leave it here:";
/** The heading that 0.1.0 wrote; a manifest that has it keeps it. */
const firstHeading = "# What was derived, by which --update tells your edits from the plan's; leave it here:";
export const isRecordHeading = (text: string): boolean => text === heading || text === firstHeading;

/** Digests of absent values, which are not written, since few tasks have these keys. */
const absentDigests: Readonly<Record<string, string>> = {
  verify: digestOf("verify", undefined),
  tier: digestOf("tier", undefined),
};

/** The lines of comments that hold a record. */
export const formatRecord = (record: DerivedRecord, first = heading): string[] => [
  first,
  ...[...record].map(([id, digests]) => {
    const parts = Object.entries(digests).filter(([key, digest]) => digest !== absentDigests[key]);
    return `# derived${id ? ` ${encodeURIComponent(Buffer.from(id).toString())}` : ""}: ${parts.map((part) => part.join(" ")).join(", ")}`;
  }),
];

const recordLine = /^# derived(?: ([\w%.!~*'()-]+))?: ((?:\w+ [0-9a-f]{8}(?:, |(?=\r?$)))+)\r?$/;

/** Finds the lines of a record in a manifest's text after its last value, and where each starts and ends. */
export function findRecordLines(text: string, from: number): { start: number; end: number; line: string }[] {
  const found: { start: number; end: number; line: string }[] = [];
  for (let start = from; start < text.length; ) {
    const next = text.indexOf("\n", start);
    const end = next < 0 ? text.length : next + 1;
    const line = text.slice(start, end).replace(/\r?\n$/, "");
    if (isRecordHeading(line) || recordLine.test(line)) found.push({ start, end, line });
    start = end;
  }
  return found;
}

export function parseRecord(lines: readonly string[]): DerivedRecord {
  const record = new Map<string, Readonly<Record<string, string>>>();
  for (const text of lines) {
    const [, id = "", parts] = recordLine.exec(text) ?? [];
    if (parts === undefined) continue;
    record.set(decodeId(id), Object.fromEntries(parts.split(", ").map((part) => part.split(" "))));
  }
  // A record without the manifest's tier has no tiers of tasks either.
  const { tier, ...withoutTier } = absentDigests;
  const absent = record.get("")?.tier === undefined ? withoutTier : absentDigests;
  return new Map([...record].map(([id, digests]) => [id, id === "" ? digests : { ...absent, ...digests }]));
}

/** The record in a manifest's text: none of its lines can be part of a value, which is indented. */
export const recordOf = (text: string): DerivedRecord =>
  parseRecord(findRecordLines(text, 0).map(({ line }) => line));

function decodeId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
