import { dirname, resolve } from "node:path";
import type { Manifest } from "../../schemas/manifest.ts";
import { error, type Problem } from "../problem.ts";
import { quoted } from "../text/printable.ts";
import { readText, type YamlFile } from "../yaml/yaml-file.ts";

/** Larger files are rejected without being read. */
const maxBytes = 1024 * 1024;

/** Reads a task's `prompt_file`, whose path is relative to the manifest. */
export const readPromptFile = (manifestFile: string, promptFile: string) =>
  readText(resolve(dirname(manifestFile), promptFile), maxBytes);

/** Finds the prompt files of a manifest that cannot be read. */
export async function promptFileProblems(manifest: Manifest, file: YamlFile): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const [stage, { tasks }] of manifest.stages.entries()) {
    for (const [at, { id, prompt, prompt_file }] of tasks.entries()) {
      // A task with both keys is reported elsewhere.
      if (prompt_file === undefined || prompt !== undefined) continue;
      const { problem } = await readPromptFile(file.path, prompt_file);
      if (!problem) continue;
      const message = `cannot read prompt file ${quoted(prompt_file)} of task ${quoted(id)}: ${problem.message}`;
      const place = file.place(["stages", stage, "tasks", at, "prompt_file"]);
      const hint = "`prompt_file` is a path relative to the manifest";
      problems.push(error("prompt-file-unreadable", message, place, { hint }));
    }
  }
  return problems;
}
