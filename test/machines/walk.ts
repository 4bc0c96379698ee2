import { type AnyActorLogic, type AnyStateMachine, type AnyStateNode, createActor } from "xstate";

interface Taken {
  readonly source: AnyStateNode;
  readonly eventType: string;
  readonly guard?: unknown;
  readonly target?: readonly AnyStateNode[] | undefined;
}

/** A transition in one line: `working.running: xstate.done.actor.attempt [isDone] → done`. */
const lineOf = ({ source, eventType, guard, target }: Taken): string => {
  const name = typeof guard === "string" ? guard : (guard as { type?: string } | undefined)?.type;
  const to = target?.map(({ path }) => path.join(".")).join(", ");
  return [
    `${source.path.join(".")}: ${eventType || "always"}`,
    ...(name ? [`[${name}]`] : []),
    ...(to ? [`→ ${to}`] : []),
  ].join(" ");
};

/** Every transition that a machine defines. */
export function transitionsOf({ root }: AnyStateMachine): string[] {
  const nodes: AnyStateNode[] = [root];
  for (const node of nodes) nodes.push(...Object.values(node.states));
  return nodes
    .flatMap((node) => [...[...node.transitions.values()].flat(), ...(node.always ?? [])])
    .map(lineOf);
}

/** Where a walk through a machine ends, and the transitions that it took. */
export interface Walk {
  /** The path of the state's keys, joined by dots. */
  readonly end: string;
  readonly taken: readonly string[];
}

/** Starts a machine, sends it events one after the other, and notes every transition that it takes. */
export function walk(
  machine: AnyStateMachine,
  input: unknown,
  events: readonly { readonly type: string }[],
): Walk {
  const taken: string[] = [];
  const actor = createActor(machine as AnyActorLogic, {
    input,
    inspect: (event) => {
      if (event.type !== "@xstate.microstep" || event.actorRef.sessionId !== event.rootId) return;
      taken.push(...(event as unknown as { _transitions: readonly Taken[] })._transitions.map(lineOf));
    },
  });
  actor.start();
  for (const event of events) actor.send(event);
  const { value, status, error } = actor.getSnapshot() as { value: unknown; status: string; error: unknown };
  if (status === "error") throw error;
  return { end: pathOf(value), taken };
}

function pathOf(value: unknown): string {
  if (typeof value === "string") return value;
  const [[key, inside] = []] = Object.entries(value as object);
  return `${key}.${pathOf(inside)}`;
}
