import type { AnyStateMachine, AnyStateNode } from "xstate";

/** A machine's definition as the parts of a picture: plain data, in the order of the definition. */
export interface Chart {
  readonly id: string;
  readonly states: readonly ChartState[];
  readonly transitions: readonly ChartTransition[];
}

export interface ChartState {
  /** The path of its keys, joined by dots; empty for the root, whose transitions hold in every state. */
  readonly key: string;
  readonly initial: boolean;
  readonly final: boolean;
  readonly entry: readonly string[];
  /** What it runs while it is active. */
  readonly invokes: readonly string[];
}

export interface ChartTransition {
  readonly from: string;
  /** Absent for one that stays where it is. */
  readonly to?: string;
  /** The event's name as people read it: `task.start`, `done(attempt)`, `always`. */
  readonly event: string;
  readonly guard?: string;
  readonly actions: readonly string[];
}

/** Reads a chart off a machine. Total for machines whose guards and actions have names. */
export function chartOf(machine: AnyStateMachine): Chart {
  const states: ChartState[] = [];
  const transitions: ChartTransition[] = [];
  visit(machine.root, (node) => {
    states.push({
      key: keyOf(node),
      initial: node.parent?.initial.target[0] === node,
      final: node.type === "final",
      entry: node.entry.map(nameOf),
      invokes: node.invoke.map(({ src }) => nameOf(src)),
    });
    const all = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
    for (const { eventType, target, guard, actions } of all) {
      transitions.push({
        from: keyOf(node),
        ...(target?.[0] ? { to: keyOf(target[0]) } : {}),
        event: eventName(eventType),
        ...(guard === undefined ? {} : { guard: nameOf(guard) }),
        actions: actions.map(nameOf),
      });
    }
  });
  return { id: machine.id, states, transitions };
}

function visit(node: AnyStateNode, see: (node: AnyStateNode) => void): void {
  see(node);
  for (const child of Object.values(node.states)) visit(child, see);
}

const keyOf = (node: AnyStateNode): string => node.path.join(".");

const nameOf = (part: unknown): string =>
  typeof part === "string" ? part : String((part as { readonly type?: unknown }).type);

/** XState names the end of an invoked actor by the actor's id; `error` alone is that of any actor. */
function eventName(type: string): string {
  if (type === "") return "always";
  const [, what, actor] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(type) ?? [];
  if (!what) return type;
  return actor === "*" ? what : `${what}(${actor})`;
}
