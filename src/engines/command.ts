import { stat } from "node:fs/promises";
import type { Outcome } from "../../schemas/outcome.ts";
import { lastLines } from "../process/lines.ts";
import { type ProcessEnd, runProcess } from "../process/spawn.ts";
import { errorLine } from "../text/error-line.ts";
import { listed } from "../text/list.ts";
import { oneLine } from "../text/one-line.ts";
import { quoted } from "../text/printable.ts";
import { type Author, judgeOutput, readClosing } from "./agent/closing.ts";
import { outcomeUnlessExited, outputOf } from "./agent/ended.ts";

import type { AttemptRequest, Engine } from "./engine.ts";

/**
 * Runs a shell command for each task. Standard output is the result. Either it is the task's own `run`, whose exit status
 * decides, or the configured one: that finds the prompt in the file $INTERSERVE_PROMPT_FILE, and is asked for a verdict
 * like any agent.
 */
export function commandEngine(config: { readonly run?: string | undefined }): Engine {
  return {
    structured: false,
    canCommit: true,
    async missing(tasks) {
      const idle = config.run === undefined ? tasks.filter(({ run }) => run === undefined) : [];
      if (idle.length === 0) return undefined;
      return `The engine "command" has nothing to run for ${listed(idle.map(({ id }) => quoted(id)))}. Give each task a \`run\`, or set engines.command.run in interserve.config.yaml.`;
    },
    examine: async () => [
      {
        name: "command",
        status: "ok",
        found: config.run ? `runs \`${oneLine(config.run, 100)}\`` : "runs the task's `run`",
      },
    ],
    async attempt(request) {
      const run = request.task.run ?? config.run;
      if (run === undefined) return nothingToRun;
      const watch = lastLines((line) => request.onProgress(oneLine(line)));
      const end = await runProcess({
        ...request,
        command: { shell: run },
        stdoutFile: request.files.output,
        stderrFile: request.files.log,
        watchStdout: watch,
        watchStderr: watch,
      });
      const author = request.task.run === undefined ? "command with a prompt" : "command";
      const outcome = await outcomeOf(end, request, author);
      const hasOutput = (await stat(request.files.output).catch(() => undefined))?.isFile();
      return hasOutput ? { ...outcome, ...outputOf(request, end.stdoutBytes) } : outcome;
    },
  };
}

async function outcomeOf(end: ProcessEnd, request: AttemptRequest, author: Author): Promise<Outcome> {
  const outcome = outcomeUnlessExited(end, request);
  if (outcome) return outcome;
  if (end.exitCode === 0)
    return { ...judgeOutput(await readClosing(request.files.output), author), exit_code: 0 };
  const error = await errorLine(request.files.log, request.files.output);
  return {
    status: "fail",
    failure: "task",
    reason: oneLine(`exit status ${end.exitCode}${error ? `: ${error}` : ""}`),
    exit_code: end.exitCode ?? 1,
  };
}

const nothingToRun: Outcome = {
  status: "error",
  failure: "task",
  reason: "the task has no `run`, and engines.command.run is not set in interserve.config.yaml",
};
