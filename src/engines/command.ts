import { stat } from "node:fs/promises";
import type { Outcome } from "../../schemas/outcome.ts";
import { lastLines } from "../process/lines.ts";
import { type ProcessEnd, runProcess } from "../process/spawn.ts";
import { listed } from "../text/list.ts";
import { oneLine } from "../text/one-line.ts";
import { quoted } from "../text/printable.ts";
import { tailOf } from "../text/tail.ts";
import { endedByUs, outputOf } from "./agent/ended.ts";
import { judge } from "./agent/verdict.ts";
import type { AttemptRequest, Engine } from "./engine.ts";

/**
 * Carries a task out with a shell command: its own `run`, or the configured one, which finds the prompt in
 * $INTERSERVE_PROMPT_FILE. Standard output is the result.
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
        found: config.run ? `runs \`${oneLine(config.run, 100)}\`` : "runs a task's `run`",
      },
    ],
    async attempt(request) {
      const run = request.task.run ?? config.run;
      if (run === undefined) return nothingToRun;
      const watch = lastLines((line) => request.onProgress(oneLine(line)));
      const end = await runProcess({
        command: { shell: run },
        cwd: request.cwd,
        env: request.env,
        marker: request.marker,
        stdoutFile: request.files.output,
        stderrFile: request.files.log,
        watchStdout: watch,
        watchStderr: watch,
        timeoutMs: request.timeoutMs,
        stallMs: request.stallMs,
        signal: request.signal,
        graceMs: request.graceMs,
      });
      const outcome = await outcomeOf(end, request);
      const isThere = (await stat(request.files.output).catch(() => undefined))?.isFile();
      return isThere ? { ...outcome, ...outputOf(request, end.stdoutBytes) } : outcome;
    },
  };
}

async function outcomeOf(end: ProcessEnd, request: AttemptRequest): Promise<Outcome> {
  const ours = endedByUs(end, request);
  if (ours) return ours;
  if (end.exitCode === 0) return { ...judge(await tailOf(request.files.output), "command"), exit_code: 0 };
  const last = (await tailOf(request.files.log)).trim().split("\n").at(-1) ?? "";
  return {
    status: "fail",
    failure: "task",
    reason: oneLine(`exit status ${end.exitCode}${last ? `: ${last}` : ""}`),
    exit_code: end.exitCode ?? 1,
  };
}

const nothingToRun: Outcome = {
  status: "error",
  failure: "task",
  reason: "the task has no `run`, and engines.command.run is not set in interserve.config.yaml",
};
