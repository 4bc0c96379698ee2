import type { Edge } from "./edge.ts";
import type { TaskFacts } from "./facts.ts";

/** Tests are added to side by side: that two tasks do so tells no order. */
const isTest = /(^|[/_.-])(tests?|spec|e2e)([/_.-]|$)/i;

/** A file that two tasks write: the later one goes on from what the last one before it left. */
export function sharedFileEdges(tasks: readonly TaskFacts[]): Edge[] {
  const last = new Map<string, number>();
  return tasks.flatMap(({ at: to, writes }) =>
    [...writes].flatMap((path): Edge[] => {
      if (isTest.test(path)) return [];
      const from = last.get(path);
      last.set(path, to);
      return from === undefined ? [] : [{ from, to, kind: "shared-file", detail: `both write \`${path}\`` }];
    }),
  );
}
