import {
  Document,
  isMap,
  isSeq,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { printable } from "../printable.ts";

/** Where an editor finds the schema of what it shows. */
export const schemaUrl = "https://unpkg.com/interserve/schemas/exec-manifest.schema.json";

/** What a manifest is written from: its keys in order, and remarks for people by task id. */
interface Written {
  readonly stages: readonly { readonly name: string; readonly tasks: readonly WrittenTask[] }[];
}
interface WrittenTask {
  readonly id: string;
  readonly depends: readonly string[];
}

/** One line of a comment each, above a task's `depends`. */
export type Remarks = (id: string) => readonly string[];

/** The text of a new manifest: modeline, a line that says where it comes from, remarks as comments, and a last word. */
export function manifestText(
  manifest: Written,
  planName: string,
  remarks: Remarks,
  closing: readonly string[] = [],
): string {
  const document = new Document(manifest);
  const stages = document.get("stages") as YAMLSeq<YAMLMap>;
  for (const stage of stages.items) {
    for (const task of (stage.get("tasks") as YAMLSeq<YAMLMap>).items) dress(task, remarks);
  }
  document.commentBefore = [
    ` yaml-language-server: $schema=${schemaUrl}`,
    ` Derived from ${comment(planName)} by \`interserve plan\`. Comments say why a task waits; \`--update\` keeps your edits.`,
  ].join("\n");
  if (closing.length > 0) document.comment = closing.map((line) => ` ${comment(line)}`).join("\n");
  return document.toString({ lineWidth: 110, flowCollectionPadding: false });
}

/** Lists of names on one line, and the remarks above `depends`. */
function dress(task: YAMLMap, remarks: Remarks): void {
  const list = task.get("depends", true) as YAMLSeq | undefined;
  if (list) list.flow = true;
  const files = task.get("files", true) as YAMLSeq | undefined;
  if (files && files.items.length < 3) files.flow = true;
  const lines = remarks(String(task.get("id")));
  const pair = task.items.find(({ key }) => (key as Scalar).value === "depends") as Pair<Scalar> | undefined;
  if (pair && lines.length > 0) pair.key.commentBefore = lines.map((line) => ` ${comment(line)}`).join("\n");
}

const comment = (text: string): string => {
  const line = printable(text.replace(/\s+/g, " ")).trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
};

/**
 * An existing manifest's text with the tasks that it lacks, each behind the last of what it needs and of the task
 * before it; all else as it is, comments and formatting included. `text` is a valid manifest. Says what it added.
 */
export function updatedText(
  text: string,
  manifest: Written,
  remarks: Remarks,
): { text: string; added: string[] } {
  const document = parseDocument(text, { keepSourceTokens: true });
  const stages = document.get("stages");
  if (!isSeq(stages)) return { text, added: [] };
  const lists = stages.items.flatMap((stage) => {
    const tasks = isMap(stage) ? stage.get("tasks") : undefined;
    return isSeq(tasks) ? [tasks] : [];
  });
  const stageOf = new Map<string, number>();
  for (const [at, tasks] of lists.entries()) {
    for (const task of tasks.items) if (isMap(task)) stageOf.set(String(task.get("id")), at);
  }
  const added: string[] = [];
  let before = 0;
  for (const task of manifest.stages.flatMap(({ tasks }) => tasks)) {
    const known = stageOf.get(task.id);
    if (known === undefined) {
      const depends = task.depends.filter((id) => stageOf.has(id));
      const at = Math.max(before, ...depends.map((id) => stageOf.get(id) ?? 0));
      const node = document.createNode({ ...task, depends }) as YAMLMap;
      dress(node, remarks);
      lists[at]?.add(node);
      stageOf.set(task.id, at);
      added.push(task.id);
    }
    before = Math.max(before, stageOf.get(task.id) ?? 0);
  }
  // Only a text to which something is added is written anew, for the library lays out what it writes.
  return {
    text: added.length > 0 ? document.toString({ lineWidth: 0, flowCollectionPadding: false }) : text,
    added,
  };
}
