import { Document, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { oneLine } from "../text/one-line.ts";
import type { Written, WrittenTask } from "./derived-record.ts";
import { recordLines, recordOf } from "./derived-record.ts";

/** Where an editor finds the schema of what it shows, where the package does not lie beside the manifest. */
export const schemaUrl = "https://unpkg.com/interserve/schemas/exec-manifest.schema.json";

/** One line of a comment each, above a task's `depends`. */
export type Remarks = (id: string) => readonly string[];

interface Extras {
  readonly derived?: Written;
  readonly schema?: string;
  readonly closing?: readonly string[];
}

/**
 * The text of a new manifest: modeline, a line that says where it comes from, remarks as comments, and the record of
 * what was derived. `derived` is what the record holds, where that is not what is written; `schema` a URL, or a path
 * from the manifest; `closing` a last word.
 */
export function manifestText(
  manifest: Written,
  planName: string,
  remarks: Remarks,
  { derived = manifest, schema = schemaUrl, closing = [] }: Extras = {},
): string {
  const document = new Document(manifest);
  const stages = document.get("stages") as YAMLSeq<YAMLMap>;
  for (const stage of stages.items) dressAll(stage.get("tasks") as YAMLSeq<YAMLMap>, remarks);
  document.commentBefore = [
    ` yaml-language-server: $schema=${schema}`,
    ` Derived from ${comment(planName)} by \`interserve plan\`. Comments give the reason for each dependency; \`--update\` keeps your edits.`,
  ].join("\n");
  if (closing.length > 0) document.comment = closing.map((line) => ` ${comment(line)}`).join("\n");
  const record = recordOf(
    derived,
    derived.stages.flatMap(({ tasks }) => tasks),
  );
  return `${document.toString(layout)}\n${recordLines(record).join("\n")}\n`;
}

const layout = { lineWidth: 110, flowCollectionPadding: false } as const;

/** Tasks as entries of a stage's list. */
export function tasksText(tasks: readonly WrittenTask[], remarks: Remarks): string {
  const document = new Document(tasks);
  dressAll(document.contents as unknown as YAMLSeq<YAMLMap>, remarks);
  return document.toString(layout);
}

/** A stage as an entry of the list of stages. */
export function stageText(name: string, tasks: readonly WrittenTask[], remarks: Remarks): string {
  const document = new Document([{ name, tasks }]);
  dressAll(document.getIn([0, "tasks"]) as YAMLSeq<YAMLMap>, remarks);
  return document.toString(layout);
}

/** Lists of names on one line, and the remarks above `depends`. */
function dressAll(tasks: YAMLSeq<YAMLMap>, remarks: Remarks): void {
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

/** The task of which such a line gives the evidence. */
export const remarkedTask = (line: string): string | undefined =>
  /^# (\S+): .*(?:\[[a-z-]+\]|…)$/.exec(line)?.[1];

/** The remark on a task whose dependencies could not be found. */
export const unexplained = "LOOK: the plan does not say what this task depends on";

/** Whether a line of comment is that remark, also in the words of 0.1.0. */
export const isUnexplainedLine = (line: string): boolean =>
  [unexplained, "LOOK: nothing in the plan tells what this task waits for"].includes(line.slice(2));

const comment = (text: string): string => oneLine(text.replace(/\s+/g, " "), 160);
