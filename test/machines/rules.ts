import type { Mode } from "../../schemas/manifest.ts";
import type { Edge, Model, Shape, States } from "./model.ts";

/**
 * The rules of design.md, written down a second time and without any of the engine's code: what a task waits for,
 * who is skipped, how many run. Each rule gives the sentences of what breaks it.
 */
export interface Rules {
  /** The tasks that must have passed before this one: those it names. */
  readonly waits: ReadonlyMap<string, readonly string[]>;
  /** Tasks that must have settled, passed or not, or be held by a question before this one starts. */
  readonly behind: ReadonlyMap<string, readonly string[]>;
  /** Tasks that need all tasks behind which they stand to have passed. */
  readonly relying: ReadonlySet<string>;
  readonly limit: number;
  readonly shares: (a: string, b: string) => boolean;
}

export function rulesOf(shape: Shape, mode: Mode): Rules {
  const waits = new Map<string, string[]>();
  const behind = new Map<string, string[]>();
  const relying = new Set<string>();
  const earlier: string[] = [];
  const isOrdered = mode !== "all-parallel";
  const isBatched = mode === "manual-batching";
  for (const stage of shape.stages) {
    const names = new Map(Object.entries(stage).map(([id, text]) => [id, text.split(" ").filter(Boolean)]));
    const depthOf = (id: string): number =>
      1 + Math.max(0, ...(names.get(id) ?? []).map((need) => (names.has(need) ? depthOf(need) : 0)));
    for (const [id, named] of names) {
      const inStage = [...names.keys()].filter((other) => isBatched && depthOf(other) < depthOf(id));
      const isFree = !isBatched && shape.relaxed && named.length > 0;
      waits.set(id, isOrdered ? named : []);
      behind.set(id, isOrdered && !isFree ? [...earlier, ...inStage] : []);
      if (isOrdered && !isBatched && named.length === 0) relying.add(id);
    }
    earlier.push(...names.keys());
  }
  const files = shape.files ?? {};
  const overlap = (a: string, b: string) => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
  return {
    waits,
    behind,
    relying,
    limit: mode === "all-sequential" ? 1 : (shape.maxParallel ?? 2),
    shares: (a, b) => (files[a] ?? []).some((one) => (files[b] ?? []).some((other) => overlap(one, other))),
  };
}

const done = (state: string | undefined) => state === "pass" || state === "warn";
const parked = (state: string | undefined) => state === "question" || state === "escalated";
const unsettled = (state: string | undefined) =>
  state === "pending" || state === "ready" || state === "running" || state === "waiting";

/** Everything that a task needs to pass: the tasks it names, and for a relying one all that it stands behind. */
const needsOf = ({ waits, behind, relying }: Rules, id: string): readonly string[] => [
  ...(waits.get(id) ?? []),
  ...(relying.has(id) ? (behind.get(id) ?? []) : []),
];

/** Grows a set of tasks by those that a rule adds, until it adds no more. */
function grow(ids: Iterable<string>, isIn: (id: string, found: ReadonlySet<string>) => boolean): Set<string> {
  const found = new Set<string>();
  const all = [...ids];
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const id of all) if (isIn(id, found)) found.add(id);
  }
  return found;
}

/** The tasks of which nothing happens before a question is answered: parked, or pending and in need of one that is. */
const heldTasks = (rules: Rules, states: States) =>
  grow(Object.keys(states), (id, held) => {
    const isOut = (other: string) => held.has(other) || !unsettled(states[other]);
    const isAtBarrier = !rules.relying.has(id) || (rules.behind.get(id) ?? []).every(isOut);
    return (
      parked(states[id]) ||
      (states[id] === "pending" && isAtBarrier && needsOf(rules, id).some((need) => held.has(need)))
    );
  });

/** The tasks behind which a task stands and that are still to run. */
function openBefore(rules: Rules, states: States, id: string): string[] {
  const held = heldTasks(rules, states);
  return (rules.behind.get(id) ?? []).filter((other) => unsettled(states[other]) && !held.has(other));
}

/** What breaks the rules in one transition. */
export function brokenOnEdge(rules: Rules, { from, to }: Pick<Edge, "from" | "to">): string[] {
  const broken: string[] = [];
  const running = Object.keys(to.states).filter((id) => to.states[id] === "running");
  if (running.length > rules.limit) broken.push(`${running.length} run, ${rules.limit} may`);
  for (const a of running) {
    for (const b of running)
      if (a < b && rules.shares(a, b)) broken.push(`${a} and ${b} share a file and run`);
    if (from.states[a] === "running") continue;
    for (const need of needsOf(rules, a)) {
      if (!done(to.states[need])) broken.push(`${a} started while ${need} was ${to.states[need]}`);
    }
    for (const open of openBefore(rules, to.states, a)) {
      broken.push(`${a} started while ${open} of an earlier stage was ${to.states[open]}`);
    }
  }
  for (const id of Object.keys(to.states)) {
    const [before, after] = [from.states[id], to.states[id]];
    // A question that is answered is open again.
    if (!unsettled(before) && !parked(before) && before !== after)
      broken.push(`${id} went from ${before} to ${after}`);
  }
  if (to.value === "dispatching") broken.push(...idle(rules, to.states, running));
  return broken;
}

/** A ready task waits for a slot, for a file, or for an answered task of an earlier stage, and for nothing else. */
function idle(rules: Rules, states: States, running: readonly string[]): string[] {
  // Who waits for another try keeps its files, and in all-sequential its turn.
  const waiting = Object.keys(states).filter((id) => states[id] === "waiting");
  if (running.length + (rules.limit === 1 ? waiting.length : 0) >= rules.limit) return [];
  const ready = Object.keys(states).filter((id) => states[id] === "ready");
  return ready
    .filter((id) => openBefore(rules, states, id).length === 0)
    .filter(
      (id, at, ready) =>
        ![...running, ...waiting, ...ready.slice(0, at)].some((other) => rules.shares(id, other)),
    )
    .map((id) => `${id} is ready, a slot is free, and it does not run`);
}

/** What breaks the rules where nothing more can happen. */
export function brokenAtEnd(rules: Rules, states: States): string[] {
  const broken: string[] = [];
  const isLost = (state: string | undefined) => state === "fail" || state === "error" || parked(state);
  const doomed = grow(Object.keys(states), (id, found) =>
    needsOf(rules, id).some((need) => found.has(need) || isLost(states[need])),
  );
  for (const [id, state] of Object.entries(states)) {
    if (unsettled(state)) broken.push(`${id} ended as ${state}`);
    if (doomed.has(id) && state !== "skipped")
      broken.push(`${id} depends on a failure and ended as ${state}`);
    if (!doomed.has(id) && state === "skipped") broken.push(`${id} depends on no failure and was skipped`);
  }
  return broken;
}

/** What breaks the rules anywhere in a model. */
export function broken(rules: Rules, model: Model): string[] {
  const left = new Set(model.edges.map((edge) => edge.fromKey));
  const ends = [...model.states].filter(([key]) => !left.has(key));
  return [
    ...model.edges.flatMap((edge) => brokenOnEdge(rules, edge)),
    ...ends.flatMap(([, end]) => (end.value === "settled" ? [] : [`it ends in ${end.value}`])),
    ...ends.flatMap(([, end]) => brokenAtEnd(rules, end.states)),
  ];
}
