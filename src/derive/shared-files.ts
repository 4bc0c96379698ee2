import type { Edge } from "./edge.ts";
import type { TaskFacts } from "./facts.ts";

/** A file that two tasks write: the later one goes on from what the last one before it left. */
export function sharedFileEdges(tasks: readonly TaskFacts[]): Edge[] {
  const last = new Map<string, number>();
  return tasks.flatMap(({ at: to, writes }) =>
    [...writes].filter((path) => !isTest.test(path)).flatMap((path): Edge[] => {
      const from = last.get(path);
      last.set(path, to);
      return from === undefined ? [] : [{ from, to, kind: "shared-file", detail: `both write \`${path}\`` }];
    }),
  );
}

/** Tests are added to side by side. */
const isTest = /(^|[/_.-])(tests?|spec|e2e)([/_.-]|$)/i;
