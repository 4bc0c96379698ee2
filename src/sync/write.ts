import { Document, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { DerivedManifest, DerivedTask } from "../derive/derived-manifest.ts";
import { oneLine } from "../text/one-line.ts";
import { buildRecord, formatRecord } from "./derived-record.ts";

/** Where an editor finds the schema if the package is not installed next to the manifest. */
export const schemaUrl = "https://unpkg.com/interserve/schemas/exec-manifest.schema.json";

/** Returns the lines of comment above the `depends` of the task with an id. */
export type Remarks = (id: string) => readonly string[];

interface Options {
  /** What the record holds, if it is not the manifest itself. */
  readonly derived?: DerivedManifest;
  /** A URL, or a path relative to the manifest. */
  readonly schema?: string;
  /** Comments after the stages. */
  readonly closing?: readonly string[];
}

/**
 * Formats a new manifest: the modeline, a line on its origin, the stages with remarks as comments, and the record of
 * what was derived.
 */
export function manifestText(
  manifest: DerivedManifest,
  planName: string,
  remarks: Remarks,
  { derived = manifest, schema = schemaUrl, closing = [] }: Options = {},
): string {
  const document = new Document(manifest);
  const stages = document.get("stages") as YAMLSeq<YAMLMap>;
  for (const stage of stages.items) formatTasks(stage.get("tasks") as YAMLSeq<YAMLMap>, remarks);
  document.commentBefore = [
    ` yaml-language-server: $schema=${schema}`,
    ` Derived from ${comment(planName)} by \`interserve plan\`. Comments give the reason for each dependency; \`--update\` keeps your edits.`,
  ].join("\n");
  if (closing.length > 0) document.comment = closing.map((line) => ` ${comment(line)}`).join("\n");
  const record = buildRecord(
    derived,
    derived.stages.flatMap(({ tasks }) => tasks),
  );
  return `${document.toString(layout)}\n${formatRecord(record).join("\n")}\n`;
}

const layout = { lineWidth: 110, flowCollectionPadding: false } as const;

/** Formats tasks as entries of a stage's `tasks`. */
export function tasksText(tasks: readonly DerivedTask[], remarks: Remarks): string {
  const document = new Document(tasks);
  formatTasks(document.contents as unknown as YAMLSeq<YAMLMap>, remarks);
  return document.toString(layout);
}

/** Formats a stage as an entry of `stages`. */
export function stageText(name: string, tasks: readonly DerivedTask[], remarks: Remarks): string {
  const document = new Document([{ name, tasks }]);
  formatTasks(document.getIn([0, "tasks"]) as YAMLSeq<YAMLMap>, remarks);
  return document.toString(layout);
}

/** Puts short lists on one line, and remarks above `depends`. */
function formatTasks(tasks: YAMLSeq<YAMLMap>, remarks: Remarks): void {
  for (const task of tasks.items) {
    const list = task.get("depends", true) as YAMLSeq | undefined;
    if (list) list.flow = true;
    const files = task.get("files", true) as YAMLSeq | undefined;
    if (files && files.items.length < 3) files.flow = true;
    const lines = remarks(String(task.get("id")));
    const pair = task.items.find(({ key }) => (key as Scalar).value === "depends") as
      | Pair<Scalar>
      | undefined;
    if (pair && lines.length > 0)
      pair.key.commentBefore = lines.map((line) => remarkLine(line).slice(1)).join("\n");
  }
}

/** A remark as a line of a comment. */
export const remarkLine = (remark: string): string => `# ${comment(remark)}`;

/** The id of the dependency that a line of remarks gives the evidence for. */
export const remarkedTask = (line: string): string | undefined =>
  /^# (\S+): .*(?:\[[a-z-]+\]|…)$/.exec(line)?.[1];

/** The remark on a task whose dependencies could not be found. */
export const unexplained = "LOOK: the plan does not say what this task depends on";

/** Whether a line of comment is that remark, also in the words of 0.1.0. */
export const isUnexplainedLine = (line: string): boolean =>
  [unexplained, "LOOK: nothing in the plan tells what this task waits for"].map(remarkLine).includes(line);

const comment = (text: string): string => oneLine(text.replace(/\s+/g, " "), 160);
