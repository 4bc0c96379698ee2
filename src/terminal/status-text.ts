import type { Status } from "../../schemas/outcome.ts";
import type { RunStatus, TaskStatus } from "../../schemas/run-status.ts";
import { nextStepLines } from "../history/next-step.ts";
import { countsText, duration } from "../text/measures.ts";
import { printable } from "../text/printable.ts";
import { statusWord } from "./lines.ts";
import type { Colors } from "./reporter.ts";

/** Where one run stands, task by task. */
export function statusText(run: RunStatus, colors: Colors): string {
  const end = run.state === "running" ? `running in process ${run.pid}` : stateWord(run);
  return [
    `${colors.bold(run.run)}  ${run.mode}, ${end}, ${duration(run.duration_s)}`,
    colors.dim(printable(run.manifest)),
    "",
    ...run.tasks.flatMap((task) => taskLines(task, colors)),
    "",
    colors.bold(`${countsText(run.counts) || "nothing settled"} of ${run.tasks.length}`),
    ...(run.state === "running" ? [] : nextStepLines(run, run.tasks)),
    "",
  ].join("\n");
}

const stateWord = ({ state, exit_code }: RunStatus): string =>
  state === "finished" ? `ended with exit status ${exit_code}` : "killed before its end";

function taskLines({ id, title, status, attempt, duration_s, reason }: TaskStatus, colors: Colors): string[] {
  const isOpen = status === "running" || status === "pending" || status === "interrupted";
  const word = isOpen ? colors.cyan(status.padEnd(11)) : statusWord(status as Status, colors).padEnd(11);
  const name = title === id ? printable(id) : `${printable(id)} ${colors.dim(printable(title))}`;
  const tries = attempt > 1 ? `, attempt ${attempt}` : "";
  const took = attempt > 0 ? colors.dim(` ${duration(duration_s)}${tries}`) : "";
  return [
    `  ${word} ${name}${took}`,
    ...(reason && status !== "pass" ? [`              ${printable(reason)}`] : []),
  ];
}

/** One line for each run, latest first. */
export function runsText(runs: readonly RunStatus[], colors: Colors): string {
  if (runs.length === 0) return "no runs yet\n";
  const lines = runs.toReversed().map((run) => {
    const parked = run.counts.question + run.counts.escalated;
    const state = run.state === "finished" ? `exit ${run.exit_code}` : run.state;
    const paint = run.state === "running" ? colors.cyan : run.exit_code === 0 ? colors.green : colors.red;
    return [
      run.run,
      paint(state.padEnd(8)),
      duration(run.duration_s).padStart(7),
      `${countsText(run.counts) || "nothing settled"} of ${run.tasks.length}`,
      ...(parked > 0 ? [colors.magenta(`${parked} parked`)] : []),
      colors.dim(printable(run.manifest.split("/").at(-1) ?? "")),
    ].join("  ");
  });
  return `${lines.join("\n")}\n`;
}
