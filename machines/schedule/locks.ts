import { posix } from "node:path";

/**
 * File conflicts as locks: two tasks may not run together if and only if they hold a lock in common. There is one
 * lock for each declared path, held by every task that declares it or a directory above it.
 */
export interface Locks {
  /** The locks of each task. */
  readonly of: readonly (readonly number[])[];
  /** The tasks of each lock, in plan order; two at least. */
  readonly holders: readonly (readonly number[])[];
  /** The path of each lock, as normalised. */
  readonly paths: readonly string[];
}

/** A remark about the use of a file, as in `src/a.ts (modify)`. */
const remark =
  /\s+\((?:new|create|modify|edit|update|change|delete|remove|rename|move|test|read(?:[- ]only)?|existing|optional)(?:e?d|ied)?\)$/i;
/** Lines of a file: `:10`, `:10-20`, `#L10`, `#L10-L20`, `#L10C3`. */
const lines = /(?::\d[\d,:-]*|#L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?)$/;

/**
 * A declared path in one form: no backticks, remark or lines, no `../`; a glob or a brace counts as the directory that
 * holds it.
 */
export function normalisePath(path: string): string {
  const written = path.trim().replace(remark, "");
  const plain = (/^`+([^`]+)`+$/.exec(written)?.[1] ?? written).trim().replace(lines, "");
  const glob = plain.search(/[*?{]/);
  const held = glob < 0 ? plain : plain.slice(0, plain.lastIndexOf("/", glob) + 1) || ".";
  return posix.normalize(held).replace(/(?<=.)\/+$/, "");
}

export function locksOf(files: readonly (readonly string[])[]): Locks {
  const declared = files.map((paths) => [...new Set(paths.map(normalisePath))]);
  const declarers = new Map<string, number[]>();
  declared.forEach((paths, task) => {
    for (const path of paths) {
      const tasks = declarers.get(path);
      if (tasks) tasks.push(task);
      else declarers.set(path, [task]);
    }
  });
  let up = 0;
  while (
    declarers.size > 0 &&
    [...declarers.keys()].some((path) => `${path}/`.startsWith(`${upwards(up + 1)}/`))
  )
    up += 1;
  const of: number[][] = files.map(() => []);
  const holders: number[][] = [];
  const paths: string[] = [];
  for (const path of declarers.keys()) {
    const tasks = new Set([path, ...ancestors(path, up)].flatMap((at) => declarers.get(at) ?? []));
    if (tasks.size < 2) continue;
    const sorted = [...tasks].sort((a, b) => a - b);
    for (const task of sorted) of[task]?.push(holders.length);
    holders.push(sorted);
    paths.push(path);
  }
  return { of, holders, paths };
}

/** The directories that hold a path, from the inside out; above the project, `up` levels of them. */
function ancestors(path: string, up: number): string[] {
  const parts = path.split("/").filter((part) => part !== "." && part !== "");
  const root = path.startsWith("/") ? "/" : "";
  const climbs = parts.lastIndexOf("..") + 1;
  const found: string[] = [];
  for (let kept = parts.length - 1; kept >= climbs; kept -= 1) {
    found.push(root + parts.slice(0, kept).join("/") || ".");
  }
  for (let level = climbs + 1; root === "" && level <= up; level += 1) found.push(upwards(level));
  return found;
}

const upwards = (levels: number): string => Array(levels).fill("..").join("/");
