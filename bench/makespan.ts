/** The schedule of real graphs against the shortest possible one, in simulated time. */
import { initialSchedule, nextToStart, openBarrier, settle, start } from "../machines/schedule/schedule.ts";
import type { RunSpec } from "../machines/schedule/types.ts";
import { prepare } from "../src/index.ts";
import { random } from "./graph.ts";
import { quartiles } from "./measure.ts";
import type { Row } from "./table.ts";

/** How often each graph is run, with other durations. */
const draws = 20;
const sigma = 0.8;

/** Runs each manifest's graph, without and with its file locks. Returns ratios to the bound, one for each draw. */
export async function makespans(manifests: readonly string[]): Promise<Row[]> {
  const next = random(1);
  const figures = { strict: [] as number[], locked: [] as number[] };
  for (const file of manifests) {
    const { job } = await prepare(file, { mode: "dependency-driven" });
    const { spec } = job;
    const free: RunSpec = { ...spec, locks: { of: [], holders: [], paths: [] } };
    for (let draw = 0; draw < draws; draw += 1) {
      const durations = job.tasks.map(() => Math.exp(sigma * normal(next)));
      figures.strict.push(makespan(free, durations) / bound(free, durations));
      figures.locked.push(makespan(spec, durations) / bound(spec, durations));
    }
  }
  if (manifests.length === 0) return [];
  const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
  const row = (what: string, all: readonly number[], goal: number): Row => ({
    what,
    figure: { ...quartiles(all), median: mean(all) },
    unit: "times",
    goal,
  });
  return [
    row(`makespan over its bound, ${manifests.length} real graphs (mean)`, figures.strict, 1.002),
    row("the same with file locks (mean)", figures.locked, 1.01),
  ];
}

/** A normally distributed number, by the method of Box and Muller. */
const normal = (next: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** Seconds until all tasks have passed. */
function makespan(spec: RunSpec, durations: readonly number[]): number {
  let schedule = initialSchedule(spec);
  let now = 0;
  const endings = new Map<number, number>();
  for (;;) {
    for (;;) {
      const task = spec.mode.guards.hasSlot({ spec, schedule }) ? nextToStart(spec, schedule) : undefined;
      if (task === undefined) break;
      schedule = start(spec, schedule, task);
      endings.set(task, now + (durations[task] as number));
    }
    if (schedule.pendingBarrier !== undefined && endings.size === 0)
      ({ schedule } = openBarrier(spec, schedule));
    const first = [...endings].reduce<[number, number] | undefined>(
      (a, b) => (a && a[1] <= b[1] ? a : b),
      undefined,
    );
    if (!first) return now;
    const [task, end] = first;
    endings.delete(task);
    now = end;
    ({ schedule } = settle(spec, schedule, task, "pass", "release"));
  }
}

/** The longest of: the longest chain, all work over all slots, and for each lock the chain through its tasks. */
function bound(spec: RunSpec, durations: readonly number[]): number {
  const { order, locks, maxParallel } = spec;
  const duration = (node: number) => durations[node] ?? 0;
  const heads = longest(order.needs, duration);
  const tails = longest(order.dependents, duration);
  const chains = order.needs.map(
    (_, node) => (heads[node] as number) + duration(node) + (tails[node] as number),
  );
  const work = durations.reduce((sum, one) => sum + one, 0);
  const held = locks.holders.map((tasks) => {
    const all = [...tasks];
    const shortest = (of: readonly number[]) => Math.min(...all.map((task) => of[task] as number));
    return shortest(heads) + all.reduce((sum, task) => sum + duration(task), 0) + shortest(tails);
  });
  return [...chains, ...held, work / maxParallel].reduce((most, one) => Math.max(most, one), 0);
}

/** For each node, the longest way through the nodes that it is linked to, without its own duration. */
function longest(links: readonly (readonly number[])[], duration: (node: number) => number): number[] {
  const known: number[] = [];
  const visit = (node: number): number => {
    known[node] ??= (links[node] ?? []).reduce(
      (most, next) => Math.max(most, visit(next) + duration(next)),
      0,
    );
    return known[node];
  };
  return links.map((_, node) => visit(node));
}
