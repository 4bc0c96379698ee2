import type { Edge } from "../edge.ts";
import type { TaskFacts } from "./task-evidence.ts";

/** Tests are added to side by side: that two tasks do so tells no order. */
const isTest = /(^|[/_.-])(tests?|spec|e2e)([/_.-]|$)/i;

/** A file that two tasks write, or a directory that holds it: the later goes on from what the last before it left. */
export function sharedFileEdges(tasks: readonly TaskFacts[]): Edge[] {
  const last = new Map<string, number>();
  return tasks.flatMap(({ at: to, writes }) => {
    const paths = [...writes].filter((path) => !isTest.test(path));
    const edges = paths.flatMap((path): Edge[] => {
      const held = [path, ...directoriesOf(path)].find((one) => last.has(one));
      const from = held === undefined ? undefined : last.get(held);
      return from === undefined ? [] : [{ from, to, kind: "shared-file", detail: `both write \`${path}\`` }];
    });
    for (const path of paths) last.set(path, to);
    return edges;
  });
}

/** `a/b/` and `a/` for `a/b/c`, bounded, since a plan may hold any text. */
const directoriesOf = (path: string): string[] =>
  [...path.matchAll(/(?<=[^/])\//g)]
    .slice(0, 40)
    .map(({ index }) => path.slice(0, index + 1))
    .reverse();
