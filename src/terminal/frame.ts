import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import { countStatuses } from "../../schemas/event.ts";
import { answerCommand, placeOf } from "../history/next-step.ts";
import type { RunState, RunTask } from "../history/run-state.ts";
import { isEnd } from "../history/transitions.ts";
import { clock, countsText } from "../text/measures.ts";
import { printable } from "../text/printable.ts";
import { cancelText } from "./lines.ts";
import type { Size } from "./live-area.ts";
import type { Colors } from "./reporter.ts";

/** What a frame shows in addition to the state of the run. */
export interface Shown {
  readonly colors: Colors;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** By running task, the latest activity of its agent. */
  readonly activity: ReadonlyMap<string, string>;
}

const maxQuestionLines = 3;
/** With fewer lines than this, only tasks are shown. */
const roomForStages = 6;

/**
 * The state of a run as lines: at most `rows - 1`, none wider than `columns - 1`. If there is not enough room, the most
 * urgent lines stay: the counts, then questions, running tasks and waiting tasks. The others are counted.
 */
export function frameOf(run: RunState, { columns, rows }: Size, shown: Shown): readonly string[] {
  const width = columns - 1;
  let room = rows - 1;
  if (room < 1 || run.tasks.size === 0) return [];
  const take = (lines: readonly string[], limit = room): readonly string[] => {
    if (lines.length > limit) return [];
    room -= lines.length;
    return lines;
  };
  const counts = take([countsLine(run, shown)]);
  const reasons = stateLines(run, shown).flatMap((line) => take([line]));
  const tasks = [...run.tasks.values()];
  const active = byUrgency(tasks);
  // Questions may take half of the remaining room, or all of it if no task is active.
  const reserved = active.length > 0 ? Math.floor(room / 2) : 0;
  const questions = tasks
    .filter(({ state }) => state === "parked")
    .flatMap((task) => take(questionLines(run, task, width, shown.colors), room - reserved));
  const stages = stageLines(tasks, active, room, width, shown);
  return [...stages, ...questions, ...reasons, ...counts].map((line) => cut(line, width));
}

/** Running tasks in the order of their start, so that lines keep their place; then waiting tasks, the next one first. */
function byUrgency(tasks: readonly RunTask[]): readonly RunTask[] {
  const running = tasks.filter(({ state }) => state === "running" || state === "verifying");
  const waiting = tasks.filter(({ state }) => state === "waiting");
  return [
    ...running.sort((a, b) => startedAt(a) - startedAt(b)),
    ...waiting.sort((a, b) => (a.wait?.until ?? 0) - (b.wait?.until ?? 0)),
  ];
}

const startedAt = ({ attempts }: RunTask): number => attempts.at(-1)?.startedAt ?? 0;

/** Tasks under the lines of their stages, in plan order, with one line for hidden tasks and one for other stages. */
function stageLines(
  tasks: readonly RunTask[],
  active: readonly RunTask[],
  room: number,
  width: number,
  shown: Shown,
): readonly string[] {
  const { bold, dim } = shown.colors;
  const stages = stagesOf(tasks);
  const isRoomy = room >= roomForStages;
  const isGrouped = isRoomy && stages.size > 1;
  const rest = isRoomy || active.length === 0 ? idleStages(stages, active) : [];
  const fits = isRoomy ? tasksThatFit(active, room - rest.length, isGrouped) : active.slice(0, room);
  const hidden = active.slice(fits.length);
  const lines = [...stages].flatMap(([stage, all]) => {
    const taskLines = fits.filter((task) => task.stage === stage).map((task) => taskLine(task, width, shown));
    if (!isGrouped || taskLines.length === 0) return taskLines;
    const count = ` ${all.filter(({ state }) => isEnd(state)).length}/${all.length}`;
    const head = `${bold(cut(printable(stage), width - count.length))}${dim(count)}`;
    return [head, ...taskLines.map((line) => `  ${line}`)];
  });
  const more = isRoomy && hidden.length > 0 ? [`… ${stateCounts(hidden, "more ")}`] : [];
  return [...lines, ...[...more, ...rest].map(dim)].slice(0, room);
}

function stagesOf(tasks: readonly RunTask[]): ReadonlyMap<string, readonly RunTask[]> {
  const stages = new Map<string, RunTask[]>();
  for (const task of tasks) {
    const stage = stages.get(task.stage);
    if (stage) stage.push(task);
    else stages.set(task.stage, [task]);
  }
  return stages;
}

/** The first tasks that fit, counting a line for each of their stages and one for hidden tasks. */
function tasksThatFit(active: readonly RunTask[], room: number, isGrouped: boolean): readonly RunTask[] {
  const stages = new Set<string>();
  const needed = active.map(({ stage }, at) => {
    stages.add(stage);
    const isLast = at === active.length - 1;
    return at + 1 + (isGrouped ? stages.size : 0) + (isLast ? 0 : 1);
  });
  return active.slice(0, needed.findLastIndex((lines) => lines <= room) + 1);
}

/** One line that counts the stages without active tasks; none if there are no such stages. */
function idleStages(
  stages: ReadonlyMap<string, readonly RunTask[]>,
  active: readonly RunTask[],
): readonly string[] {
  if (stages.size === 1) return [];
  const busy = new Set(active.map(({ stage }) => stage));
  const idle = [...stages].filter(([stage]) => !busy.has(stage)).map(([, tasks]) => tasks);
  const ended = (tasks: readonly RunTask[]) => tasks.filter(({ state }) => isEnd(state)).length;
  const done = idle.filter((tasks) => ended(tasks) === tasks.length).length;
  const started = idle.filter((tasks) => ended(tasks) > 0).length - done;
  const words = numbered({ done, started, pending: idle.length - done - started });
  return words === "" ? [] : [`stages: ${words}`];
}

function taskLine(task: RunTask, width: number, { colors, now, activity }: Shown): string {
  const { id, title, attempts, wait } = task;
  const pad = width < 50 ? 3 : 7;
  if (task.state === "waiting" && wait) {
    const isLimit = attempts.at(-1)?.outcome?.failure === "rate_limited";
    const left = Math.ceil((wait.until - now) / 1000) * 1000;
    const until = colors.yellow(`in ${clock(left)}`.padStart(pad));
    const why = `${isLimit ? "usage limit" : "retry"}: ${printable(wait.reason)}`;
    return `${until} ${printable(id)} ${colors.dim(why)}`;
  }
  const { number = 1 } = attempts.at(-1) ?? {};
  const marks = `${number > 1 ? ` attempt ${number}` : ""}${task.state === "verifying" ? " verifying" : ""}`;
  const elapsed = colors.cyan(clock(now - startedAt(task)).padStart(pad));
  const doing = task.state === "running" ? printable(activity.get(id) ?? "") : "";
  // A long title leaves room for the activity.
  const name = title === id ? "" : cut(printable(title), doing ? Math.floor(width * 0.4) : width);
  const rest = [name, doing].filter(Boolean).join("  ");
  return `${elapsed} ${printable(id)}${colors.yellow(marks)}${rest && colors.dim(` ${rest}`)}`;
}

/** A question, cut if it is too long, and the whole command that answers it. */
function questionLines(run: RunState, task: RunTask, width: number, colors: Colors): readonly string[] {
  const says = task.status === "escalated" ? "needs a person" : "asks";
  const text = `? ${printable(task.id)} ${says}: ${printable(task.reason ?? "")}`;
  const wrapped = wrappedTo(text, width);
  const kept = wrapped.slice(0, maxQuestionLines);
  if (kept.length < wrapped.length) kept.push(`${cut(kept.pop() ?? "", Math.max(1, width - 2))} …`);
  const command = wrappedTo(answerCommand(placeOf(run, run.directory), task.id), width - 2).map(
    (line) => `  ${line}`,
  );
  return [...kept.map((line) => colors.magenta(line)), ...command];
}

const wrappedTo = (text: string, width: number): string[] =>
  wrapAnsi(text, Math.max(2, width), { hard: true }).split("\n");

/** Cuts text to a width. `cliTruncate` alone leaves it one too wide if a wide character is at the edge. */
function cut(text: string, width: number): string {
  let shorter = cliTruncate(text, width);
  for (let columns = width - 1; columns >= 0 && stringWidth(shorter) > width; columns -= 1)
    shorter = cliTruncate(text, columns);
  return shorter;
}

/** Why the run starts no more tasks, most urgent first. */
function stateLines(run: RunState, { colors: { magenta, yellow } }: Shown): readonly string[] {
  const { cancelReason, withholdReason, nextBatch, state } = run;
  const lines: string[] = [];
  if (cancelReason !== undefined) lines.push(yellow(`cancelled: ${cancelText(cancelReason, run)}`));
  if (state === "awaitingApproval") {
    lines.push(magenta(`paused before the next batch: ${nextBatch.map(printable).join(", ")}`));
  }
  if (withholdReason !== undefined) {
    lines.push(yellow(`limit: ${printable(withholdReason)}; no more tasks are started`));
  }
  return lines;
}

/** `4/12 1m 23s  3 pass, 1 fail, 2 running, 6 pending`. */
function countsLine(run: RunState, { colors, now }: Shown): string {
  const tasks = [...run.tasks.values()];
  const settled = countsText(
    countStatuses(tasks.flatMap(({ state, status = "" }) => (isEnd(state) ? status : []))),
  );
  const counts = [settled, stateCounts(tasks)].filter(Boolean).join(", ");
  const elapsed = clock(run.latest ? now - run.startedAt : 0);
  return `${colors.bold(`${run.settledCount}/${tasks.length}`)} ${elapsed}  ${colors.dim(counts)}`;
}

/** The number of tasks in each state that is not final. */
function stateCounts(tasks: readonly RunTask[], more = ""): string {
  const states = { running: 0, verifying: 0, waiting: 0, pending: 0 };
  for (const { state } of tasks) {
    if (state === "pending" || state === "ready") states.pending += 1;
    else if (state === "running" || state === "verifying" || state === "waiting") states[state] += 1;
  }
  return numbered(states, more);
}

/** `2 running, 1 waiting`: each count that is not 0. */
const numbered = (counts: Readonly<Record<string, number>>, more = ""): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${more}${word}`)
    .join(", ");
