import type { Dependency } from "../dependency.ts";
import type { TaskEvidence } from "./task-evidence.ts";

/** Paths of tests. Tasks add tests side by side, which implies no order. */
const testPath = /(^|[/_.-])(tests?|spec|e2e)([/_.-]|$)/i;

/** Finds files that two tasks write, or one of them as a directory: each task waits for the last writer before it. */
export function findSharedFiles(tasks: readonly TaskEvidence[]): Dependency[] {
  const lastWriter = new Map<string, number>();
  return tasks.flatMap(({ index: to, writes }) => {
    const paths = [...writes].filter((path) => !testPath.test(path));
    const found = paths.flatMap((path) => {
      const [from] = [path, ...directoriesOf(path)].flatMap((one) => lastWriter.get(one) ?? []);
      return from === undefined ? [] : [{ from, to, detail: `both tasks write \`${path}\`` }];
    });
    for (const path of paths) lastWriter.set(path, to);
    return found;
  });
}

/** The most directories of a path that are tried: bounds the time for a hostile plan. */
const maxDepth = 40;

/** `a/b/` and `a/` for `a/b/c`. */
const directoriesOf = (path: string): string[] =>
  [...path.matchAll(/(?<=[^/])\//g)]
    .slice(0, maxDepth)
    .map(({ index }) => path.slice(0, index + 1))
    .reverse();
