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
import { parseYaml } from "../yaml/yaml-file.ts";
import {
  type DerivedRecord,
  isRecordHeading,
  recordIn,
  recordLines,
  recordOf,
  recordSpans,
  type Written,
} from "./derived-record.ts";
import { type Drift, isForPerson, type LeftOutTask, type Update, updateFor } from "./drift.ts";
import { notWaiting } from "./removed.ts";
import { fixedBy, lastOffset, ownPair, TextEdits } from "./text-edits.ts";
import { isUnexplainedLine, type Remarks, remarkedTask, remarkLine, stageText, tasksText } from "./write.ts";

/** A manifest's text as a tree, with its tasks' maps by id. */
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

/** What has drifted between a plan's derivation, with the tasks that it leaves to a person, and a manifest's text. */
export function manifestUpdate(
  text: string,
  manifest: Manifest,
  { derived, leftOut = [] }: { readonly derived: Written; readonly leftOut?: readonly LeftOutTask[] },
  force = false,
): Update {
  const tree = new ManifestTree(text);
  const fixed = (id: string, key: string) => fixedBy(tree.tasks.get(id), key);
  return updateFor(derived, leftOut, { manifest, record: recordOfText(tree), fixed }, force);
}

const recordOfText = (tree: ManifestTree): DerivedRecord =>
  recordIn(recordSpans(tree.text, tree.end).map(({ line }) => line));

type Change = Drift & { readonly kind: "changed" };
const changesOf = ({ drifts }: Update): Change[] =>
  drifts.filter((drift): drift is Change => drift.kind === "changed");

/**
 * The text after an update: all that it does not change is there byte for byte. Nothing where the text's own form
 * does not allow it, as where its list of stages is an alias.
 */
export function updatedText(
  text: string,
  derived: Written,
  update: Update,
  all: Remarks,
): string | undefined {
  const { removed } = update;
  const remarks = (id: string) =>
    all(id).filter((line) => !removed.has(remarkedTask(remarkLine(line)) ?? ""));
  const original = new ManifestTree(text);
  // A manifest that a person wrote gets no record where nothing else is to be done to it.
  if (update.drifts.every(isForPerson) && recordOfText(original).size === 0) return text;
  const before = parseYaml("", text).file?.value;
  const renamed = withNewIds(original, update);
  const tree = new ManifestTree(renamed);
  const edits = new TextEdits(renamed);
  const changes = changesOf(update);
  for (const { id, key, to } of changes) setValue(tree, edits, id, key, to);
  if (!addTasks(tree, edits, update, remarks)) return undefined;
  for (const change of changes) if (change.key === "depends") setRemarks(tree, edits, change, remarks);
  writeRecord(tree, edits, derived, removed);
  const next = edits.apply();
  return isDeepStrictEqual(parseYaml("", next).file?.value, expected(before, update)) ? next : undefined;
}

/** The ids of tasks that the plan calls otherwise, and those in `depends`. */
function withNewIds(tree: ManifestTree, { renames }: Update): string {
  const edits = new TextEdits(tree.text);
  const rename = (node: unknown) => {
    const id = isScalar(node) ? renames.get(String(node.value)) : undefined;
    if (id) edits.setScalar(node as Scalar, id, true);
  };
  for (const task of renames.size > 0 ? tree.tasks.values() : []) {
    rename(ownPair(task, "id")?.value);
    const depends = ownPair(task, "depends")?.value;
    if (isSeq(depends)) for (const one of depends.items) rename(one);
    for (const { start, line } of remarksAbove(tree.text, task)?.lines ?? []) {
      const on = remarkedTask(line) ?? "";
      const at = tree.text.indexOf("# ", start) + 2;
      edits.replace(at, at + on.length, renames.get(on) ?? on);
    }
  }
  return edits.apply();
}

/** Says whether the text's form allows it. */
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

/** The lines of comment above a task's `depends`, the nearest first, and where that line itself starts. */
function remarksAbove(text: string, task: unknown) {
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

/** Above `depends`: the evidence for what it names now, in place of that for what it no longer names. */
function setRemarks(tree: ManifestTree, edits: TextEdits, change: Change, remarks: Remarks): void {
  const above = remarksAbove(tree.text, tree.tasks.get(change.id));
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

/**
 * The record of what is derived by now, in place of the one before or at the text's end. It goes on to know the tasks
 * that a person removed.
 */
function writeRecord(
  tree: ManifestTree,
  edits: TextEdits,
  derived: Written,
  removed: ReadonlySet<string>,
): void {
  const spans = recordSpans(tree.text, tree.end);
  const record = recordOf(
    derived,
    derived.stages.flatMap(({ tasks }) => tasks.map((task) => notWaiting(task, removed))),
  );
  const lines = recordLines(record, spans.map(({ line }) => line).find(isRecordHeading));
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

/** What an update makes of a manifest's plain value, against which its text is held. */
function expected(value: unknown, update: Update): unknown {
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
