import type { Mode } from "../../schemas/manifest.ts";
import type { Edge, Model, Shape, States } from "./model.ts";

/**
 * The rules of design.md, written down a second time and without any of the engine's code: what a task waits for,
 * who is skipped, how many run. Each rule gives the sentences of what breaks it.
 */
export interface Rules {
  readonly waits: ReadonlyMap<string, readonly string[]>;
  /** Tasks that must have settled, passed or not, before this one. */
  readonly behind: ReadonlyMap<string, readonly string[]>;
  readonly limit: number;
  readonly shares: (a: string, b: string) => boolean;
}

export function rulesOf(shape: Shape, mode: Mode): Rules {
  const waits = new Map<string, string[]>();
  const behind = new Map<string, string[]>();
  const earlier: string[] = [];
  for (const stage of shape.stages) {
    for (const [id, text] of Object.entries(stage)) {
      const named = text.split(" ").filter(Boolean);
      const barrier = shape.relaxed && named.length > 0 ? [] : earlier;
      waits.set(
        id,
        mode === "all-parallel"
          ? []
          : mode === "manual-batching"
            ? named
            : [...new Set([...named, ...barrier])],
      );
      behind.set(id, mode === "manual-batching" ? [...earlier] : []);
    }
    earlier.push(...Object.keys(stage));
  }
  const files = shape.files ?? {};
  const overlap = (a: string, b: string) => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
  return {
    waits,
    behind,
    limit: mode === "all-sequential" ? 1 : (shape.maxParallel ?? 2),
    shares: (a, b) => (files[a] ?? []).some((one) => (files[b] ?? []).some((other) => overlap(one, other))),
  };
}

const done = (state: string | undefined) => state === "pass" || state === "warn";
const parked = (state: string | undefined) => state === "question" || state === "escalated";
const unsettled = (state: string | undefined) =>
  state === "pending" || state === "ready" || state === "running" || state === "waiting";

/** What breaks the rules in one transition. */
export function brokenOnEdge(rules: Rules, { from, to }: Pick<Edge, "from" | "to">): string[] {
  const broken: string[] = [];
  const running = Object.keys(to.states).filter((id) => to.states[id] === "running");
  if (running.length > rules.limit) broken.push(`${running.length} run, ${rules.limit} may`);
  for (const a of running) {
    for (const b of running)
      if (a < b && rules.shares(a, b)) broken.push(`${a} and ${b} share a file and run`);
    if (from.states[a] === "running") continue;
    for (const need of rules.waits.get(a) ?? []) {
      if (!done(to.states[need])) broken.push(`${a} started while ${need} was ${to.states[need]}`);
    }
    for (const need of rules.behind.get(a) ?? []) {
      if (unsettled(to.states[need]))
        broken.push(`${a} started while ${need} of an earlier batch had not settled`);
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

/** A ready task waits for a slot or for a file, and for nothing else. */
function idle(rules: Rules, states: States, running: readonly string[]): string[] {
  // Who waits for another try keeps its files, and in all-sequential its turn.
  const waiting = Object.keys(states).filter((id) => states[id] === "waiting");
  if (running.length + (rules.limit === 1 ? waiting.length : 0) >= rules.limit) return [];
  const ready = Object.keys(states).filter((id) => states[id] === "ready");
  return ready
    .filter(
      (id, at) => ![...running, ...waiting, ...ready.slice(0, at)].some((other) => rules.shares(id, other)),
    )
    .map((id) => `${id} is ready, a slot is free, and it does not run`);
}

/** What breaks the rules where nothing more can happen. */
export function brokenAtEnd(rules: Rules, states: States): string[] {
  const broken: string[] = [];
  const doomed = new Set<string>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const [id, waits] of rules.waits) {
      const lost = waits.some(
        (need) =>
          doomed.has(need) || states[need] === "fail" || states[need] === "error" || parked(states[need]),
      );
      if (!lost || doomed.has(id)) continue;
      doomed.add(id);
      grown = true;
    }
  }
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
