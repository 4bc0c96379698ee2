import { readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { readProc, statOf } from "./proc.ts";

/** The variable that every process of an attempt carries in its environment. */
export const markerVariable = "INTERSERVE_ATTEMPT";

/** The processes of one attempt: those of its group, and those that carry its marker wherever they went. */
export interface Tree {
  /** The group's id: the pid of its first process. */
  readonly group: number;
  /** One that ends in a slash stands for every marker that begins with it. */
  readonly marker: string;
}

/** How long between two looks at what still lives, in milliseconds: at first, and at most. */
const pollMs = { first: 5, most: 100 };
/** A process that the kernel cannot end, in a stuck file system say, holds nobody longer than this. */
const stuckMs = 5000;

/**
 * Ends a tree: SIGTERM, a grace, SIGKILL until nothing of it is left. `graceMs` is asked again at every look, so that
 * it can be shortened; for the first `patienceMs` the tree may end by itself. Tells whether all of it is gone. Off
 * Linux the marker cannot be read, and only the group is ended.
 */
export async function endTree(tree: Tree, graceMs: () => number, patienceMs = 0): Promise<boolean> {
  if (await isGone(tree, () => patienceMs)) return true;
  send(tree, "SIGTERM");
  if (await isGone(tree, graceMs)) return true;
  // Each time again: what was forked while we looked has not got the last one.
  return isGone(
    tree,
    () => stuckMs,
    () => send(tree, "SIGKILL"),
  );
}

/**
 * Ends what is left of the attempts of a run whose orchestrator is dead, wherever it went; off Linux nothing can be
 * found. Tells whether all of it is gone.
 */
export const endRun = (run: string, graceMs: () => number): Promise<boolean> =>
  // No process is of the group -1.
  endTree({ group: -1, marker: `${run}/` }, graceMs);

/**
 * Looks, until nothing of a tree is left or the time is over; does something each time that there is. One look may
 * miss a process that forks or execs meanwhile: only two in a row that find nothing count.
 */
async function isGone(tree: Tree, mostMs: () => number, each = () => {}): Promise<boolean> {
  const since = performance.now();
  for (let empty = 0, pause = pollMs.first; ; pause = Math.min(pause * 1.5, pollMs.most)) {
    empty = isAlive(tree) ? 0 : empty + 1;
    if (empty === 2) return true;
    if (empty === 0 && performance.now() - since >= mostMs()) return false;
    if (empty === 0) each();
    await wait(empty === 0 ? pause : pollMs.first);
  }
}

/** Whether anything of a tree is seen to live; zombies do not. */
function isAlive(tree: Tree): boolean {
  const living = members(tree);
  return living ? living.length > 0 : tryKill(-tree.group, 0);
}

function send(tree: Tree, signal: NodeJS.Signals): void {
  tryKill(-tree.group, signal);
  // Those of the group have theirs: many a program takes a second SIGTERM for an order to leave all as it is.
  for (const { pid, group } of members(tree) ?? []) if (group !== tree.group) tryKill(pid, signal);
}

interface Member {
  readonly pid: number;
  readonly group: number;
}

/** The processes of a tree that live; nothing where there is no /proc to tell. */
function members(tree: Tree): readonly Member[] | undefined {
  if (process.platform !== "linux") return undefined;
  let entries: readonly string[];
  try {
    entries = readdirSync("/proc");
  } catch {
    return undefined;
  }
  return entries.flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const group = statOf(pid)?.[2];
    if (group === undefined) return [];
    return Number(group) === tree.group || carries(pid, tree.marker) ? [{ pid, group: Number(group) }] : [];
  });
}

function carries(pid: number, marker: string): boolean {
  if (marker === "") return false;
  const entry = `${markerVariable}=${marker}`;
  const isOurs = (text: string) => (marker.endsWith("/") ? text.startsWith(entry) : text === entry);
  return readProc(`${pid}/environ`).split("\0").some(isOurs);
}

/** Signals a process, or with a negative number a group; tells whether it could. */
function tryKill(pid: number, signal: NodeJS.Signals | 0): boolean {
  // 0, 1 and -1 are our own group, init, and everybody.
  if (Math.abs(pid) <= 1) return false;
  try {
    return process.kill(pid, signal);
  } catch {
    // Gone already, or not ours to end.
    return false;
  }
}
