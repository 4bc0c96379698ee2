import type { RunStatus, TaskStatus } from "../../schemas/run-status.ts";
import { nextStepLines } from "../history/next-step.ts";
import { duration, progressText } from "../text/measures.ts";
import { printable } from "../text/printable.ts";
import { statusWord, taskName } from "./lines.ts";
import type { Colors } from "./reporter.ts";

/** The status of a run and of each of its tasks. */
export function statusText(run: RunStatus, colors: Colors): string {
  return [
    `${colors.bold(run.run)}  ${run.mode}, ${stateText(run)}, ${duration(run.duration_s)}`,
    colors.dim(printable(run.manifest)),
    "",
    ...run.tasks.flatMap((task) => taskLines(task, colors)),
    "",
    colors.bold(progressText(run.counts, run.tasks.length)),
    ...run.journal_warnings.map((warning) => colors.yellow(`warning: ${printable(warning)}`)),
    ...(run.state === "running"
      ? []
      : nextStepLines({ run: run.run, project: run.project_dir ?? undefined }, run.tasks)),
    "",
  ].join("\n");
}

function stateText({ state, pid, exit_code }: RunStatus): string {
  const texts = {
    running: `running in process ${pid}`,
    finished: `ended with exit status ${exit_code}`,
    killed: "killed before it ended",
  };
  return texts[state];
}

function taskLines({ id, title, status, attempt, duration_s, reason }: TaskStatus, colors: Colors): string[] {
  const attempts = attempt > 1 ? `, attempt ${attempt}` : "";
  const took = attempt > 0 ? colors.dim(` ${duration(duration_s)}${attempts}`) : "";
  return [
    `  ${statusWord(status, colors, "interrupted".length)} ${taskName(id, title, colors)}${took}`,
    ...(reason && status !== "pass" ? [`              ${printable(reason)}`] : []),
  ];
}

/** One line for each run, latest first. */
export function runsText(runs: readonly RunStatus[], colors: Colors): string {
  if (runs.length === 0) return "no runs yet\n";
  return runs
    .toReversed()
    .map((run) => `${runLine(run, colors)}\n`)
    .join("");
}

function runLine(run: RunStatus, colors: Colors): string {
  const parked = run.counts.question + run.counts.escalated;
  const ended = run.exit_code === 0 ? colors.green : colors.red;
  const paint = run.state === "running" ? colors.cyan : ended;
  return [
    run.run,
    paint((run.state === "finished" ? `exit ${run.exit_code}` : run.state).padEnd(8)),
    duration(run.duration_s).padStart(7),
    progressText(run.counts, run.tasks.length),
    ...(parked > 0 ? [colors.magenta(`${parked} parked`)] : []),
    colors.dim(printable(run.manifest.split("/").at(-1) ?? "")),
  ].join("  ");
}
