import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** The variable that every process of an attempt carries in its environment. */
export const markerVariable = "INTERSERVE_ATTEMPT";

/** The processes of one attempt: those of its group, and those that carry its marker wherever they went. */
export interface Tree {
  /** The group's id: the pid of its first process. */
  readonly group: number;
  readonly marker: string;
}

/** How long between two looks at what still lives, in milliseconds. */
const pollMs = 20;

/**
 * Ends a tree: SIGTERM, a grace, SIGKILL, until nothing of it is left. `graceMs` is asked again at every look, so that
 * it can be shortened. Off Linux the marker cannot be read, and only the group is ended.
 */
export async function endTree(tree: Tree, graceMs: () => number): Promise<void> {
  const since = performance.now();
  let killed = 0;
  send(tree, "SIGTERM");
  while (alive(tree).length > 0) {
    if (performance.now() - since >= graceMs()) {
      send(tree, "SIGKILL");
      killed += 1;
      // A process that the kernel cannot end, in a stuck file system say, must not hold the run for ever.
      if (killed > 250) return;
    }
    await wait(pollMs);
  }
}

/** The pids of a tree that still live; zombies do not. */
export function alive({ group, marker }: Tree): number[] {
  if (process.platform !== "linux") return groupExists(group) ? [group] : [];
  return readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const stat = read(`/proc/${pid}/stat`);
    // The name in parentheses may hold anything; the fields that count stand behind the last one.
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (!state || state === "Z" || state === "X") return [];
    return Number(pgrp) === group || carries(pid, marker) ? [pid] : [];
  });
}

const carries = (pid: number, marker: string): boolean =>
  read(`/proc/${pid}/environ`).split("\0").includes(`${markerVariable}=${marker}`);

function send(tree: Tree, signal: NodeJS.Signals): void {
  tryKill(-tree.group, signal);
  for (const pid of alive(tree)) tryKill(pid, signal);
}

function tryKill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // Gone already, or not ours to end.
    return false;
  }
}

const groupExists = (group: number): boolean => tryKill(-group, 0);

/** A file of /proc, empty where the process is gone or another user's. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
