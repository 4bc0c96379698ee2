import { stageOrder, taskGraph } from "../../machines/schedule/graph.ts";
import { topological, waitsFor } from "../../machines/schedule/order.ts";
import type { ManifestTask } from "../../schemas/manifest.ts";

type Stages = readonly {
  readonly name: string;
  readonly tasks: readonly {
    readonly id: string;
    readonly files?: readonly string[];
    readonly depends?: readonly string[];
  }[];
}[];

/** For each task, by id, all tasks that settle before it starts; without barriers, by `depends` alone. */
function ancestors(stages: Stages, barriers: boolean): Map<string, Set<string>> {
  const tasks = stages.flatMap((stage) => stage.tasks);
  const groups = barriers ? stages : [{ name: "all", tasks }];
  const graph = taskGraph({
    stages: groups.map((group) => ({
      name: group.name,
      tasks: group.tasks.map((task) => ({ depends: [], files: [], ...task }) as unknown as ManifestTask),
    })),
  });
  const order = stageOrder(graph, "strict");
  const needs = waitsFor(order);
  const found = graph.tasks.map(() => new Set<number>());
  for (const task of topological(order).filter((node) => node < graph.tasks.length))
    for (const need of needs[task] ?? [])
      for (const all of [need, ...(found[need] ?? [])]) found[task]?.add(all);
  const idOf = (task: number) => graph.tasks[task]?.id ?? "";
  return new Map(found.map((all, task) => [idOf(task), new Set([...all].map(idOf))]));
}

/** The number of tasks on the longest chain. */
function longestChain(before: Map<string, Set<string>>): number {
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const depth = depths.get(id) ?? 1 + Math.max(0, ...[...(before.get(id) ?? [])].map(depthOf));
    depths.set(id, depth);
    return depth;
  };
  return Math.max(...[...before.keys()].map(depthOf));
}

/** Counts ordered pairs of the author's and those missed, and the author's free pairs and those ordered. */
function comparePairs(author: Stages, derived: Stages) {
  const counts = { ordered: 0, missed: 0, free: 0, extra: 0 };
  const ids = author.flatMap((stage) => stage.tasks.map((task) => task.id));
  const explicit = ancestors(author, false);
  const barrier = ancestors(author, true);
  const own = ancestors(derived, true);
  for (const a of ids) {
    for (const b of ids) {
      if (explicit.get(b)?.has(a)) {
        counts.ordered += 1;
        if (!own.get(b)?.has(a)) counts.missed += 1;
      }
      if (a < b && !barrier.get(a)?.has(b) && !barrier.get(b)?.has(a)) {
        counts.free += 1;
        if (own.get(a)?.has(b) || own.get(b)?.has(a)) counts.extra += 1;
      }
    }
  }
  return { ...counts, critical: longestChain(own) / longestChain(barrier) };
}

const bare = (path: string) =>
  path
    .replace(/:\d.*$/, "")
    .replace(/^\.\//, "")
    .trim();

/** The part of the paths that stand among others, possibly with more directories in front. */
function share(paths: readonly string[], others: readonly string[]): number[] {
  const isSame = (a: string, b: string) => a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
  const common = paths.filter((path) => others.some((other) => isSame(path, other)));
  return paths.length > 0 ? [common.length / paths.length] : [];
}

function compareFiles(author: Stages, derived: Stages) {
  const tasks = derived.flatMap((stage) => stage.tasks);
  return author
    .flatMap((stage) => stage.tasks)
    .map(({ id, files = [] }) => {
      const wanted = files.map(bare);
      const found = (tasks.find((task) => task.id === id)?.files ?? []).map(bare);
      return { precision: share(found, wanted), recall: share(wanted, found) };
    });
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const mean = (numbers: readonly number[]) => sum(numbers) / numbers.length;

/** Scores derived manifests against their authors', by the measures of the corpus's own score tool. */
export function score(plans: readonly { readonly author: Stages; readonly derived: Stages }[]) {
  const pairs = plans.map(({ author, derived }) => comparePairs(author, derived));
  const files = plans.flatMap(({ author, derived }) => compareFiles(author, derived));
  const total = (count: "ordered" | "missed" | "free" | "extra") => sum(pairs.map((pair) => pair[count]));
  return {
    recall: 1 - total("missed") / total("ordered"),
    extra: total("extra") / total("free"),
    critical: Math.exp(mean(pairs.map(({ critical }) => Math.log(critical)))),
    filePrecision: mean(files.flatMap(({ precision }) => precision)),
    fileRecall: mean(files.flatMap(({ recall }) => recall)),
  };
}
