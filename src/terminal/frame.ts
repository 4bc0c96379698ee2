import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import { countStatuses } from "../../schemas/event.ts";
import { answerCommand } from "../history/next-step.ts";
import type { RunState, RunTask } from "../history/run-state.ts";
import { isEnd } from "../history/transitions.ts";
import { clock, countsText } from "../text/measures.ts";
import { printable } from "../text/printable.ts";
import type { Size } from "./live-area.ts";
import type { Colors } from "./reporter.ts";

/** What a frame is made of, beside the run. */
export interface Shown {
  readonly colors: Colors;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of running tasks: what their agents did last. */
  readonly activity: ReadonlyMap<string, string>;
}

const mostQuestionLines = 3;

/**
 * A run at one moment, as lines: at most `rows - 1`, none wider than `columns - 1`. What is most urgent stays where
 * there is not room for all: the counts, then questions, what runs, and what waits; the rest is counted.
 */
export function frameOf(view: RunState, { columns, rows }: Size, shown: Shown): readonly string[] {
  const width = columns - 1;
  let room = rows - 1;
  if (room < 1 || view.tasks.size === 0) return [];
  const take = (lines: readonly string[], most = room): readonly string[] => {
    if (lines.length > most) return [];
    room -= lines.length;
    return lines;
  };
  const counts = take([countsLine(view, shown)]);
  const state = stateLines(view, shown).flatMap((line) => take([line]));
  const tasks = [...view.tasks.values()];
  const active = byUrgency(tasks);
  // Half of what is left is for questions, and all of it where nothing else is there to see.
  const reserved = active.length > 0 ? Math.floor(room / 2) : 0;
  const questions = tasks
    .filter(({ state }) => state === "parked")
    .flatMap((task) => take(questionLines(view, task, width, shown.colors), room - reserved));
  const stages = stageLines(tasks, active, room, width, shown);
  return [...stages, ...questions, ...state, ...counts].map((line) => cut(line, width));
}

/** What runs, first what began first, so that a line stays where it is; then what waits, first what is next. */
function byUrgency(tasks: readonly RunTask[]): readonly RunTask[] {
  const running = tasks.filter(({ state }) => state === "running" || state === "verifying");
  const waiting = tasks.filter(({ state }) => state === "waiting");
  return [
    ...running.sort((a, b) => startedAt(a) - startedAt(b)),
    ...waiting.sort((a, b) => (a.wait?.until ?? 0) - (b.wait?.until ?? 0)),
  ];
}

const startedAt = ({ attempts }: RunTask): number => attempts.at(-1)?.startedAt ?? 0;

/** Tasks under the line of their stage, in plan order, and a line each for the tasks and the stages that are not shown. */
function stageLines(
  tasks: readonly RunTask[],
  active: readonly RunTask[],
  room: number,
  width: number,
  shown: Shown,
): readonly string[] {
  const { colors } = shown;
  const stages = stagesOf(tasks);
  const isRoomy = room >= roomForMore;
  const isGrouped = isRoomy && stages.size > 1;
  const rest = isRoomy || active.length === 0 ? restOf(stages, active) : [];
  const fits = isRoomy ? fitting(active, room - rest.length, isGrouped) : active.slice(0, room);
  const hidden = active.slice(fits.length);
  const lines = [...stages].flatMap(([stage, all]) => {
    const here = fits.filter((task) => task.stage === stage).map((task) => taskLine(task, width, shown));
    const done = all.filter(({ state }) => isEnd(state)).length;
    const count = ` ${done}/${all.length}`;
    const head = `${colors.bold(cut(printable(stage), width - count.length))}${colors.dim(count)}`;
    if (here.length === 0) return [];
    return isGrouped ? [head, ...here.map((line) => `  ${line}`)] : here;
  });
  const more = isRoomy && hidden.length > 0 ? [`… ${stateCounts(hidden, "more ")}`] : [];
  return [...lines, ...[...more, ...rest].map(colors.dim)].slice(0, room);
}
/** With fewer lines, all are for tasks. */
const roomForMore = 6;

function stagesOf(tasks: readonly RunTask[]): ReadonlyMap<string, readonly RunTask[]> {
  const stages = new Map<string, RunTask[]>();
  for (const task of tasks) {
    const stage = stages.get(task.stage);
    if (stage) stage.push(task);
    else stages.set(task.stage, [task]);
  }
  return stages;
}

/** The first of them that fit, with a line for each stage of theirs, and one for those that do not. */
function fitting(active: readonly RunTask[], room: number, isGrouped: boolean): readonly RunTask[] {
  const stages = new Set<string>();
  const needed = active.map(({ stage }, at) => {
    stages.add(stage);
    const isLast = at === active.length - 1;
    return at + 1 + (isGrouped ? stages.size : 0) + (isLast ? 0 : 1);
  });
  return active.slice(0, needed.findLastIndex((lines) => lines <= room) + 1);
}

/** Stages of which nothing runs or waits, in one line; none where there are none. */
function restOf(
  stages: ReadonlyMap<string, readonly RunTask[]>,
  active: readonly RunTask[],
): readonly string[] {
  if (stages.size === 1) return [];
  const busy = new Set(active.map(({ stage }) => stage));
  const idle = [...stages].filter(([stage]) => !busy.has(stage)).map(([, tasks]) => tasks);
  const ended = (tasks: readonly RunTask[]) => tasks.filter(({ state }) => isEnd(state)).length;
  const done = idle.filter((tasks) => ended(tasks) === tasks.length).length;
  const begun = idle.filter((tasks) => ended(tasks) > 0).length - done;
  const words = numbered({ done, begun, "to come": idle.length - done - begun });
  return words === "" ? [] : [`stages: ${words}`];
}

function taskLine(task: RunTask, width: number, { colors, now, activity }: Shown): string {
  const { id, title, attempts, wait } = task;
  const pad = width < 50 ? 3 : 7;
  if (task.state === "waiting" && wait) {
    const isLimit = attempts.at(-1)?.outcome?.failure === "rate_limited";
    const left = Math.ceil((wait.until - now) / 1000) * 1000;
    const until = colors.yellow(`in ${clock(left)}`.padStart(pad));
    const why = `${isLimit ? "usage limit" : "another try"}: ${printable(wait.reason)}`;
    return `${until} ${printable(id)} ${colors.dim(why)}`;
  }
  const { number = 1 } = attempts.at(-1) ?? {};
  const marks = `${number > 1 ? ` attempt ${number}` : ""}${task.state === "verifying" ? " verifying" : ""}`;
  const elapsed = colors.cyan(clock(now - startedAt(task)).padStart(pad));
  const doing = task.state === "running" ? printable(activity.get(id) ?? "") : "";
  // A long title leaves room for what is being done.
  const name = title === id ? "" : cut(printable(title), doing ? Math.floor(width * 0.4) : width);
  const rest = [name, doing].filter(Boolean).join("  ");
  return `${elapsed} ${printable(id)}${colors.yellow(marks)}${rest && colors.dim(` ${rest}`)}`;
}

/** A question whole, where it is not too long, and the command that answers it, to be typed as it stands. */
function questionLines(view: RunState, task: RunTask, width: number, colors: Colors): readonly string[] {
  const says = task.status === "escalated" ? "needs a person" : "asks";
  const text = `? ${printable(task.id)} ${says}: ${printable(task.reason ?? "")}`;
  const wrapped = wrappedTo(text, width);
  const kept = wrapped.slice(0, mostQuestionLines);
  if (kept.length < wrapped.length) kept.push(`${cut(kept.pop() ?? "", Math.max(1, width - 2))} …`);
  const command = wrappedTo(answerCommand(view, task.id), width - 2).map((line) => `  ${line}`);
  return [...kept.map((line) => colors.magenta(line)), ...command];
}

const wrappedTo = (text: string, width: number): string[] =>
  wrapAnsi(text, Math.max(2, width), { hard: true }).split("\n");

/** Text cut to a width; `cliTruncate` leaves it one wider where a wide character stands at the edge. */
function cut(text: string, width: number): string {
  let shorter = cliTruncate(text, width);
  for (let most = width - 1; most >= 0 && stringWidth(shorter) > width; most -= 1)
    shorter = cliTruncate(text, most);
  return shorter;
}

/** What keeps the run from starting more, most urgent first. */
function stateLines(
  { cancelReason, withholdReason, nextBatch, state }: RunState,
  { colors }: Shown,
): readonly string[] {
  return [
    ...(cancelReason === undefined
      ? []
      : [colors.yellow(`cancelled: ${printable(cancelReason)}; ending what runs`)]),
    ...(state === "awaitingApproval"
      ? [colors.magenta(`held: next batch ${nextBatch.map(printable).join(", ")}`)]
      : []),
    ...(withholdReason === undefined
      ? []
      : [colors.yellow(`withheld: ${printable(withholdReason)}; nothing more is started`)]),
  ];
}

/** `4/12 1m 23s  3 pass, 1 fail, 2 running, 6 to come`. */
function countsLine(view: RunState, { colors, now }: Shown): string {
  const tasks = [...view.tasks.values()];
  const came = countsText(
    countStatuses(tasks.flatMap(({ state, status = "" }) => (isEnd(state) ? status : []))),
  );
  const counts = [came, stateCounts(tasks)].filter(Boolean).join(", ");
  const elapsed = clock(view.latest ? now - Date.parse(view.latest.at) : 0);
  return `${colors.bold(`${view.settledCount}/${tasks.length}`)} ${elapsed}  ${colors.dim(counts)}`;
}

/** How many are in each state that is no end. */
function stateCounts(tasks: readonly RunTask[], more = ""): string {
  const states = { running: 0, verifying: 0, waiting: 0, "to come": 0 };
  for (const { state } of tasks) {
    if (state === "pending" || state === "ready") states["to come"] += 1;
    else if (state === "running" || state === "verifying" || state === "waiting") states[state] += 1;
  }
  return numbered(states, more);
}

/** `2 running, 1 waiting`: what there is of each. */
const numbered = (counts: Readonly<Record<string, number>>, more = ""): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${more}${word}`)
    .join(", ");
