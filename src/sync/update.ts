import { isDeepStrictEqual } from "node:util";
import {
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Manifest } from "../../schemas/manifest.ts";
import type { DerivedManifest } from "../derive/derived-manifest.ts";
import { parseYaml } from "../yaml/yaml-file.ts";
import {
  buildRecord,
  type DerivedRecord,
  findRecordLines,
  formatRecord,
  isRecordHeading,
  parseRecord,
} from "./derived-record.ts";
import { computeUpdate, type Drift, isForPerson, type LeftOutTask, type Update } from "./drift.ts";
import { leftOutIn } from "./match-plan.ts";
import { withoutDependencies } from "./removed.ts";
import { findLock, lastOffset, ownPair, TextEdits } from "./text-edits.ts";
import { isUnexplainedLine, type Remarks, remarkedTask, remarkLine, stageText, tasksText } from "./write.ts";

/** A manifest's text as a tree, with the maps of its tasks by id. */
class ManifestTree {
  readonly root: Node | null;
  readonly stages: YAMLSeq | undefined;
  readonly lists: (YAMLSeq | undefined)[];
  readonly tasks = new Map<string, YAMLMap>();
  constructor(readonly text: string) {
    this.root = parseDocument(text, { uniqueKeys: false, merge: true, logLevel: "error" }).contents;
    const stages = ownPair(this.root, "stages")?.value;
    this.stages = isSeq(stages) ? stages : undefined;
    this.lists = (this.stages?.items ?? []).map((stage) => {
      const tasks = ownPair(stage, "tasks")?.value;
      return isSeq(tasks) ? tasks : undefined;
    });
    for (const task of this.lists.flatMap((list) => list?.items ?? [])) {
      const id = ownPair(task, "id")?.value;
      if (isMap(task) && isScalar(id)) this.tasks.set(String(id.value), task);
    }
  }
  get end(): number {
    return this.root ? lastOffset(this.root) : 0;
  }
}

/** Compares the text of a manifest with what is derived from its plan; see `computeUpdate`. */
export function manifestUpdate(
  text: string,
  manifest: Manifest,
  { derived, leftOut = [] }: { readonly derived: DerivedManifest; readonly leftOut?: readonly LeftOutTask[] },
  force = false,
): Update {
  const tree = new ManifestTree(text);
  const lockOf = (id: string, key: string) => findLock(tree.tasks.get(id), key);
  const planTasks = [...derived.stages.flatMap(({ tasks }) => tasks), ...leftOut];
  const existing = { manifest, record: recordIn(tree), lockOf, leftOut: leftOutIn(text, planTasks) };
  return computeUpdate(derived, leftOut, existing, force);
}

const recordIn = (tree: ManifestTree): DerivedRecord =>
  parseRecord(findRecordLines(tree.text, tree.end).map(({ line }) => line));

type Change = Drift & { readonly kind: "changed" };
const changesOf = ({ drifts }: Update): Change[] =>
  drifts.filter((drift): drift is Change => drift.kind === "changed");

/**
 * Returns the text after an update, where everything that the update does not change stays byte for byte. Undefined if
 * the text cannot be changed in place, for example because its list of stages is an alias.
 */
export function updatedText(
  text: string,
  derived: DerivedManifest,
  update: Update,
  allRemarks: Remarks,
): string | undefined {
  const { removed } = update;
  const remarks = (id: string) =>
    allRemarks(id).filter((line) => !removed.has(remarkedTask(remarkLine(line)) ?? ""));
  const original = new ManifestTree(text);
  // A handwritten manifest gets no record if nothing else changes.
  if (update.drifts.every(isForPerson) && recordIn(original).size === 0) return text;
  const before = parseYaml("", text).file?.value;
  const renamed = renameIds(original, update);
  const tree = new ManifestTree(renamed);
  const edits = new TextEdits(renamed);
  const changes = changesOf(update);
  for (const { id, key, to } of changes) setValue(tree, edits, id, key, to);
  if (!addTasks(tree, edits, update, remarks)) return undefined;
  for (const change of changes) if (change.key === "depends") setRemarks(tree, edits, change, remarks);
  writeRecord(tree, edits, derived, removed);
  const next = edits.apply();
  return isDeepStrictEqual(parseYaml("", next).file?.value, applyUpdate(before, update)) ? next : undefined;
}

/** Renames tasks: their ids, those in `depends`, and those in remarks. */
function renameIds(tree: ManifestTree, { renames }: Update): string {
  const edits = new TextEdits(tree.text);
  const rename = (node: unknown) => {
    const id = isScalar(node) ? renames.get(String(node.value)) : undefined;
    if (id) edits.setScalar(node as Scalar, id, true);
  };
  for (const task of renames.size > 0 ? tree.tasks.values() : []) {
    rename(ownPair(task, "id")?.value);
    const depends = ownPair(task, "depends")?.value;
    if (isSeq(depends)) for (const one of depends.items) rename(one);
    for (const { start, line } of findRemarks(tree.text, task)?.lines ?? []) {
      const on = remarkedTask(line) ?? "";
      const at = tree.text.indexOf("# ", start) + 2;
      edits.replace(at, at + on.length, renames.get(on) ?? on);
    }
  }
  return edits.apply();
}

/** Adds new stages and tasks. Returns whether the style of the text allows it. */
function addTasks(tree: ManifestTree, edits: TextEdits, { stages }: Update, remarks: Remarks): boolean {
  let last = 0;
  for (const { name, at, added } of stages) {
    last = at ?? last;
    if (added.length === 0) continue;
    const list = at === undefined ? tree.stages : tree.lists[at];
    if (!list || list.anchor) return false;
    if (list.flow) {
      if (at === undefined) return false;
      edits.append(list, added);
      continue;
    }
    const column = edits.columnOf(list.range?.[0] ?? 0);
    const node = at === undefined ? (list.items[last] as Node) : list;
    const text = at === undefined ? stageText(name, added, remarks) : tasksText(added, remarks);
    edits.insertLines(edits.endOfBlock(node, column), column, text);
  }
  return true;
}

function setValue(tree: ManifestTree, edits: TextEdits, id: string, key: string, value: unknown): void {
  const map = id === "" ? tree.root : tree.tasks.get(id);
  if (!isMap(map)) return;
  const pair = ownPair(map, key);
  if (value === undefined) {
    if (pair) edits.removePair(map, pair);
  } else if (!pair) edits.addPair(map, key, value);
  else if (isSeq(pair.value) && Array.isArray(value)) {
    const own = pair.value.items.map((item) => (isScalar(item) ? item.value : item));
    const isMore = own.length > 0 && own.length < value.length && own.every((one, at) => one === value[at]);
    if (isMore) edits.append(pair.value, value.slice(own.length));
    else edits.setList(pair.value, value);
  } else if (isScalar(pair.value)) edits.setScalar(pair.value, value, Boolean(map.flow));
}

/**
 * Finds the lines of comment above a task's `depends`, the nearest first, and where the line of `depends` starts. Returns
 * undefined if it does not start its line.
 */
function findRemarks(text: string, task: unknown) {
  const key = ownPair(task, "depends")?.key as Scalar | undefined;
  const start = key?.range?.[0];
  if (start === undefined || (task as YAMLMap).flow) return undefined;
  const at = text.lastIndexOf("\n", start - 1) + 1;
  if (text.slice(at, start).trim() !== "") return undefined;
  const lines: { start: number; end: number; line: string }[] = [];
  for (let end = at; end > 0; ) {
    const from = text.lastIndexOf("\n", end - 2) + 1;
    const line = text.slice(from, end).trim();
    if (!line.startsWith("#")) break;
    lines.push({ start: from, end, line });
    end = from;
  }
  return { at, column: start - at, lines };
}

/** Updates the remarks above a changed `depends`: adds those on new dependencies and removes those on old ones. */
function setRemarks(tree: ManifestTree, edits: TextEdits, change: Change, remarks: Remarks): void {
  const above = findRemarks(tree.text, tree.tasks.get(change.id));
  if (!above) return;
  const [was, depends] = [change.from, change.to] as string[][];
  const lines = remarks(change.id).map(remarkLine);
  const wanted = lines.filter((line) => depends?.includes(remarkedTask(line) ?? ""));
  const explained = new Set(wanted.map(remarkedTask));
  for (const { start, end, line } of above.lines) {
    const on = remarkedTask(line);
    const isOurs = on !== undefined && was?.includes(on) && (explained.has(on) || !depends?.includes(on));
    const isStale = isUnexplainedLine(line) || (isOurs && !wanted.includes(line));
    if (isStale) edits.replace(start, end, "");
  }
  const said = new Set(above.lines.map(({ line }) => line));
  const more = wanted.filter((line) => !said.has(line));
  if (more.length > 0) edits.insertLines(above.at, above.column, more.join("\n"));
}

/** Replaces the record, or adds it at the end. It keeps the tasks that a person removed. */
function writeRecord(
  tree: ManifestTree,
  edits: TextEdits,
  derived: DerivedManifest,
  removed: ReadonlySet<string>,
): void {
  const spans = findRecordLines(tree.text, tree.end);
  const record = buildRecord(
    derived,
    derived.stages.flatMap(({ tasks }) => tasks.map((task) => withoutDependencies(task, removed))),
  );
  const before = spans.map(({ line }) => line);
  const lines = formatRecord(record, before.find(isRecordHeading));
  if (isDeepStrictEqual(lines, before)) return;
  for (const { start, end } of spans.slice(1)) edits.replace(start, end, "");
  const [first] = spans;
  if (first) edits.replace(first.start, first.end, `${lines.join("\n")}\n`);
  else edits.insertLines(tree.text.length, 0, lines.join("\n"));
}

interface PlainTask {
  id: string;
  depends?: readonly string[];
  [key: string]: unknown;
}
interface PlainManifest {
  stages: { name: string; tasks: PlainTask[] }[];
  [key: string]: unknown;
}

/** Applies an update to the plain data of a manifest, which the updated text must match. */
function applyUpdate(value: unknown, update: Update): unknown {
  const { renames, stages } = update;
  const manifest = structuredClone(value) as PlainManifest;
  const tasks = new Map<string, PlainTask>();
  const idOf = (id: string) => renames.get(id) ?? id;
  for (const stage of manifest.stages) {
    stage.tasks = stage.tasks.map((task) => {
      const own = {
        ...task,
        id: idOf(task.id),
        ...(task.depends ? { depends: task.depends.map(idOf) } : {}),
      };
      tasks.set(own.id, own);
      return own;
    });
  }
  for (const { id, key, to } of changesOf(update)) {
    const map = tasks.get(id) ?? manifest;
    if (to === undefined) delete map[key];
    else map[key] = to;
  }
  const before = manifest.stages;
  manifest.stages = stages.map(({ name, at, added }) => ({
    ...(at === undefined ? { name } : before[at]),
    name: at === undefined ? name : (before[at]?.name ?? name),
    tasks: [...((at === undefined ? [] : before[at]?.tasks) ?? []), ...added.map((task) => ({ ...task }))],
  }));
  return manifest;
}
