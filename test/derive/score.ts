import { stageOrder, taskGraph } from "../../machines/schedule/graph.ts";
import { waitsFor } from "../../machines/schedule/order.ts";
import type { ManifestTask } from "../../schemas/manifest.ts";

type Stages = readonly {
  readonly name: string;
  readonly tasks: readonly {
    readonly id: string;
    readonly files?: readonly string[];
    readonly depends?: readonly string[];
  }[];
}[];

/** For each task, by id, all that settles before it starts; without barriers, by `depends` alone. */
function ancestors(stages: Stages, barriers: boolean): Map<string, Set<string>> {
  const tasks = stages.flatMap((stage) => stage.tasks);
  const grouped = barriers ? stages : [{ name: "all", tasks }];
  const graph = taskGraph({
    stages: grouped.map(({ name, tasks }) => ({
      name,
      tasks: tasks.map((task) => ({ depends: [], files: [], ...task }) as unknown as ManifestTask),
    })),
  });
  const direct = waitsFor(stageOrder(graph, "strict"));
  const found = new Map<string, Set<string>>();
  const of = (at: number): Set<string> => {
    const id = graph.tasks[at]?.id ?? "";
    const known = found.get(id);
    if (known) return known;
    const all = new Set<string>();
    found.set(id, all);
    for (const need of direct[at] ?? []) {
      all.add(graph.tasks[need]?.id ?? "");
      for (const further of of(need)) all.add(further);
    }
    return all;
  };
  graph.tasks.forEach((_, at) => {
    of(at);
  });
  return found;
}

function longest(before: Map<string, Set<string>>): number {
  const depth = new Map<string, number>();
  const of = (id: string): number => {
    const known = depth.get(id);
    if (known) return known;
    const own = 1 + Math.max(0, ...[...(before.get(id) ?? [])].map(of));
    depth.set(id, own);
    return own;
  };
  return Math.max(...[...before.keys()].map(of));
}

const isSame = (a: string, b: string) => a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
const bare = (path: string) =>
  path
    .replace(/:\d.*$/, "")
    .replace(/^\.\//, "")
    .trim();
const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** Derived manifests against their authors': the measures of the corpus's own score tool. */
export function score(plans: readonly { readonly author: Stages; readonly derived: Stages }[]) {
  let [ordered, missed, free, extra, ratio] = [0, 0, 0, 0, 0];
  const [precision, recall]: [number[], number[]] = [[], []];
  for (const { author, derived } of plans) {
    const tasks = author.flatMap((stage) => stage.tasks);
    const [explicit, barrier, mine] = [
      ancestors(author, false),
      ancestors(author, true),
      ancestors(derived, true),
    ];
    for (const { id: a } of tasks) {
      for (const { id: b } of tasks) {
        if (explicit.get(b)?.has(a)) {
          ordered += 1;
          if (!mine.get(b)?.has(a)) missed += 1;
        }
        if (a < b && !barrier.get(a)?.has(b) && !barrier.get(b)?.has(a)) {
          free += 1;
          if (mine.get(a)?.has(b) || mine.get(b)?.has(a)) extra += 1;
        }
      }
    }
    ratio += Math.log(longest(mine) / longest(barrier));
    const have = new Map(
      derived.flatMap(({ tasks }) => tasks.map(({ id, files = [] }) => [id, files.map(bare)])),
    );
    for (const { id, files = [] } of tasks) {
      const [want, got] = [files.map(bare), have.get(id) ?? []];
      const common = (from: string[], to: string[]) =>
        from.filter((one) => to.some((other) => isSame(one, other))).length;
      if (got.length > 0) precision.push(common(got, want) / got.length);
      if (want.length > 0) recall.push(common(want, got) / want.length);
    }
  }
  return {
    recall: 1 - missed / ordered,
    extra: extra / free,
    critical: Math.exp(ratio / plans.length),
    filePrecision: mean(precision),
    fileRecall: mean(recall),
  };
}
