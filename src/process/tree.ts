import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readProc, statOf } from "./proc.ts";

/** The environment variable of every process of an attempt. */
export const markerVariable = "INTERSERVE_ATTEMPT";
/** The variable with the markers of the attempts around it, if a task has started interserve; `:` separates them. */
export const outerVariable = "INTERSERVE_OUTER";

/** The markers of the attempts that this process runs in, as its own attempts' processes have them. */
export function outerMarkers(env: NodeJS.ProcessEnv): Record<string, string> {
  const markers = [env[outerVariable], env[markerVariable]].filter(Boolean);
  return markers.length > 0 ? { [outerVariable]: markers.join(":") } : {};
}

/**
 * The processes of one attempt: its process group, and every process with its marker, whatever group it moved to. Those
 * of a run that the attempt has started belong to it too.
 */
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

/** What ends by itself, and who is told of what does not. */
export interface Patience {
  /** How long the tree may go on before it is ended, in milliseconds. */
  readonly patienceMs?: number;
  /** Called with the command lines of the processes that have to be ended; none where the system does not tell. */
  readonly onEnd?: ((commands: readonly string[]) => void) | undefined;
}

/**
 * Ends a tree: SIGTERM, a grace period, then SIGKILL until nothing of it is left. `graceMs` is called at every look, so
 * the grace period can be shortened. Resolves with whether all of the tree is gone. Only Linux lets markers be read;
 * elsewhere only the group is ended.
 */
export async function endTree(
  tree: Tree,
  graceMs: () => number,
  { patienceMs = 0, onEnd }: Patience = {},
): Promise<boolean> {
  if (await isGone(tree, () => patienceMs)) return true;
  onEnd?.((members(tree) ?? []).map(({ pid }) => commandOf(pid)).filter(Boolean));
  send(tree, "SIGTERM");
  if (await isGone(tree, graceMs, () => endOrphans(tree))) return true;
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
  for (const { pid, group, isNested } of members(tree) ?? []) {
    // Not to those of the group again: many programs take a second SIGTERM as an order to stop without cleaning up. A
    // nested run gets the same signal and ends its processes itself.
    if (group !== tree.group && !(isNested && signal === "SIGTERM")) tryKill(pid, signal);
  }
}

/** Kills what a nested run has left behind. */
function endOrphans(tree: Tree): void {
  const alive = members(tree) ?? [];
  if (alive.every(({ isNested }) => isNested)) for (const { pid } of alive) tryKill(pid, "SIGKILL");
}

interface Member {
  readonly pid: number;
  readonly group: number;
  /** Whether it belongs to an attempt of a run that this tree has started. */
  readonly isNested: boolean;
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
    const found = findMarker(pid, tree.marker);
    if (Number(group) !== tree.group && !found) return [];
    return [{ pid, group: Number(group), isNested: found === outerVariable }];
  });
}

/** The variable in which a process has a marker; undefined if it has not. */
function findMarker(pid: number, marker: string): string | undefined {
  if (marker === "") return undefined;
  const isOurs = (text: string) => (marker.endsWith("/") ? text.startsWith(marker) : text === marker);
  const entries = readProc(`${pid}/environ`).split("\0");
  return [markerVariable, outerVariable].find((name) =>
    entries.some(
      (entry) =>
        entry.startsWith(`${name}=`) &&
        entry
          .slice(name.length + 1)
          .split(":")
          .some(isOurs),
    ),
  );
}

/** The command line of a process, without the folder of its program; an empty text if it is gone. */
function commandOf(pid: number): string {
  const [program = "", ...args] = readProc(`${pid}/cmdline`).replace(/\0$/, "").split("\0");
  return [basename(program), ...args].join(" ").trim();
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
