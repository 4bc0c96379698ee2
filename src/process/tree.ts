import { readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { readProc, statOf } from "./proc.ts";

/** The environment variable of every process of an attempt. */
export const markerVariable = "INTERSERVE_ATTEMPT";

/** The processes of one attempt: its process group, and every process with its marker, whatever group it moved to. */
export interface Tree {
  /** The id of the process group: the pid of its first process. */
  readonly group: number;
  /** A marker that ends in a slash matches every marker that begins with it. */
  readonly marker: string;
}

/** Milliseconds between two looks at what is still alive: at first, and at most. */
const pollMs = { first: 5, most: 100 };
/** How long to wait for a process that the kernel cannot kill, such as one in a stuck file system, in milliseconds. */
const stuckMs = 5000;

/**
 * Ends a tree: SIGTERM, a grace period, then SIGKILL until nothing of it is left. For the first `patienceMs` the tree
 * may end by itself. `graceMs` is called at every look, so the grace period can be shortened. Resolves with whether all
 * of the tree is gone. Only Linux lets markers be read; elsewhere only the group is ended.
 */
export async function endTree(tree: Tree, graceMs: () => number, patienceMs = 0): Promise<boolean> {
  if (await isGone(tree, () => patienceMs)) return true;
  send(tree, "SIGTERM");
  if (await isGone(tree, graceMs)) return true;
  // Repeatedly, because a process forked during the last look has not got the signal.
  return isGone(
    tree,
    () => stuckMs,
    () => send(tree, "SIGKILL"),
  );
}

/**
 * Ends the processes that a run left behind when its orchestrator died. Resolves with whether all of them are gone. Only
 * Linux lets them be found.
 */
export const endRun = (run: string, graceMs: () => number): Promise<boolean> =>
  // No process belongs to group -1.
  endTree({ group: -1, marker: `${run}/` }, graceMs);

/**
 * Looks at a tree until nothing of it is left or the time is up, and calls `each` whenever something is left. A single
 * look may miss a process that forks or execs meanwhile, so only two empty ones in a row count.
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

/** Whether a process of a tree is alive; zombies are not. */
function isAlive(tree: Tree): boolean {
  const alive = members(tree);
  return alive ? alive.length > 0 : tryKill(-tree.group, 0);
}

function send(tree: Tree, signal: NodeJS.Signals): void {
  tryKill(-tree.group, signal);
  // Not to those of the group again: many programs take a second SIGTERM as an order to stop without cleaning up.
  for (const { pid, group } of members(tree) ?? []) if (group !== tree.group) tryKill(pid, signal);
}

interface Member {
  readonly pid: number;
  readonly group: number;
}

/** The processes of a tree that are alive. Returns undefined where there is no /proc. */
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
    return Number(group) === tree.group || hasMarker(pid, tree.marker) ? [{ pid, group: Number(group) }] : [];
  });
}

/** Whether a process has a marker in its environment. */
function hasMarker(pid: number, marker: string): boolean {
  if (marker === "") return false;
  const entry = `${markerVariable}=${marker}`;
  const isOurs = (text: string) => (marker.endsWith("/") ? text.startsWith(entry) : text === entry);
  return readProc(`${pid}/environ`).split("\0").some(isOurs);
}

/** Signals a process, or a group if the number is negative. Returns whether that was possible. */
function tryKill(pid: number, signal: NodeJS.Signals | 0): boolean {
  // 0, 1 and -1 would be our own group, init, and every process.
  if (Math.abs(pid) <= 1) return false;
  try {
    return process.kill(pid, signal);
  } catch {
    // Already gone, or another user's.
    return false;
  }
}
