import * as v from "valibot";
import type { AnyActorRef, AnyEventObject, AnyMachineSnapshot, Snapshot } from "xstate";

/**
 * The messages of one inspector, `@xstate/inspect` 0.8 or `@statelyai/inspect` 0.7. They hold a summary of an actor's
 * context: sending the whole context with every event costs more than the run (15 s and 448 MB at 5 000 tasks).
 */
export interface Protocol {
  readonly register: (actor: AnyActorRef, rootId: string) => string;
  readonly event: (actor: AnyActorRef, event: AnyEventObject, source: AnyActorRef | undefined) => string;
  /** The snapshot after the event, which may be older than the actor's current one. */
  readonly state: (actor: AnyActorRef, event: AnyEventObject, snapshot: Snapshot<unknown>) => string;
  /** Returns undefined if the inspector has no such message. */
  readonly stop: (actor: AnyActorRef) => string | undefined;
}

interface Summary {
  readonly value: unknown;
  readonly context: Readonly<Record<string, unknown>>;
  readonly done: boolean;
}

/** Summarizes a snapshot: the orchestrator's counts, or a task's attempt and outcome. */
function summarize(snapshot: Snapshot<unknown>): Summary {
  const { value = "", status, context = {}, output } = snapshot as AnyMachineSnapshot;
  const { schedule, id, attempt, outcome } = context as Record<string, never> as {
    readonly schedule?: { readonly running: readonly number[]; readonly ready: { readonly size: number } };
    readonly id?: string;
    readonly attempt?: number;
    readonly outcome?: { readonly status: string; readonly reason?: string };
  };
  const summary = schedule
    ? { running: schedule.running.length, ready: schedule.ready.size }
    : { id, attempt, status: (outcome ?? output)?.status, reason: (outcome ?? output)?.reason };
  return { value: value === "" ? status : value, context: summary, done: status !== "active" };
}

/** Summarizes an event: its type, task, status and reason, without results. */
function summarizeEvent(event: AnyEventObject): AnyEventObject {
  const { type, task, outcome, output, reason } = event;
  const status = (outcome ?? output)?.status;
  return { type, ...(task ? { task } : {}), ...(status ? { status } : {}), ...(reason ? { reason } : {}) };
}

const definitions = new WeakMap<object, string>();

/** Returns a machine's configuration as XState 4 reads it; for an actor that is not a machine, a chart of its statuses. */
function definitionOf(actor: AnyActorRef): string {
  const logic = (actor as { readonly logic?: object }).logic;
  const known = logic && definitions.get(logic);
  if (known) return known;
  const { config, id } = (logic ?? {}) as {
    readonly config?: { readonly states?: object };
    readonly id?: string;
  };
  const statuses = {
    id: "actor",
    initial: "active",
    states: { active: {}, done: {}, error: {}, stopped: {} },
  };
  const definition = JSON.stringify(config?.states ? { id, ...(toVersion4(config) as object) } : statuses);
  if (logic) definitions.set(logic, definition);
  return definition;
}

/** Converts a configuration to XState 4, which calls a guard `cond`; functions and parameters are left out. */
function toVersion4(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(toVersion4);
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part).filter(
    ([key, value]) => typeof value !== "function" && key !== "params",
  );
  return Object.fromEntries(
    entries.map(([key, value]) => [key === "guard" ? "cond" : key, toVersion4(value)]),
  );
}

const scxml = (event: AnyEventObject, origin?: string) => ({
  name: event.type,
  data: event,
  $$type: "scxml",
  type: "external",
  ...(origin ? { origin } : {}),
});

/** Returns a snapshot as XState 4 writes its state. */
function stateOf(actor: AnyActorRef, event: AnyEventObject, snapshot: Snapshot<unknown>): string {
  const { value, context, done } = summarize(snapshot);
  return JSON.stringify({
    value,
    context,
    event,
    _event: scxml(event),
    _sessionid: actor.sessionId,
    historyValue: null,
    actions: [],
    activities: {},
    meta: {},
    events: [],
    configuration: [],
    transitions: [],
    children: {},
    done,
    tags: [],
    changed: true,
  });
}

/** The messages of `@xstate/inspect`. */
export const xstateInspect: Protocol = {
  register: (actor) =>
    JSON.stringify({
      type: "service.register",
      machine: definitionOf(actor),
      state: stateOf(actor, { type: "xstate.init" }, actor.getSnapshot()),
      id: actor.id,
      sessionId: actor.sessionId,
    }),
  event: (actor, event, source) =>
    JSON.stringify({
      type: "service.event",
      event: JSON.stringify(scxml(summarizeEvent(event), source?.sessionId)),
      sessionId: actor.sessionId,
    }),
  state: (actor, event, snapshot) =>
    JSON.stringify({
      type: "service.state",
      state: stateOf(actor, summarizeEvent(event), snapshot),
      sessionId: actor.sessionId,
    }),
  stop: (actor) => JSON.stringify({ type: "service.stop", sessionId: actor.sessionId }),
};

let messages = 0;
function statelyMessage(type: string, actor: AnyActorRef, rootId: string, rest: object): string {
  messages += 1;
  return JSON.stringify({
    type,
    sessionId: actor.sessionId,
    rootId,
    createdAt: String(Date.now()),
    id: String(messages),
    _version: "0.7.2",
    ...rest,
  });
}

const summarizeSnapshot = (snapshot: Snapshot<unknown>) => {
  const { value, context } = summarize(snapshot);
  return { status: snapshot.status, value, context };
};

const rootOf = (actor: AnyActorRef): string => (actor._parent ? rootOf(actor._parent) : actor.sessionId);

/** The messages of `@statelyai/inspect`. */
export const statelyInspect: Protocol = {
  register: (actor, rootId) =>
    statelyMessage("@xstate.actor", actor, rootId, {
      name: actor.id,
      parentId: actor._parent?.sessionId,
      definition: definitionOf(actor),
      snapshot: summarizeSnapshot(actor.getSnapshot()),
    }),
  event: (actor, event, source) =>
    statelyMessage("@xstate.event", actor, rootOf(actor), {
      event: summarizeEvent(event),
      sourceId: source?.sessionId,
    }),
  state: (actor, event, snapshot) =>
    statelyMessage("@xstate.snapshot", actor, rootOf(actor), {
      event: summarizeEvent(event),
      snapshot: summarizeSnapshot(snapshot),
    }),
  // The last snapshot's status tells the end.
  stop: () => undefined,
};

/**
 * The events that a person may send, as at the terminal: they go through the journal before a machine gets them. Any
 * other event would change a machine without the journal, and a resumed run would be in another state.
 */
const acceptedEventSchema = v.variant("type", [
  v.object({
    type: v.literal("run.cancel"),
    reason: v.optional(v.pipe(v.string(), v.maxLength(1000)), "cancelled in the inspector"),
  }),
  v.object({
    type: v.literal("task.answer"),
    task: v.string(),
    text: v.pipe(v.string(), v.trim(), v.minLength(1)),
  }),
]);
export type AcceptedEvent = v.InferOutput<typeof acceptedEventSchema>;

/** An event as a receiver of `@xstate/inspect` sends it: an SCXML event whose `origin` is the target actor. */
const eventMessage = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    type: v.literal("xstate.event"),
    event: v.pipe(v.string(), v.parseJson(), v.object({ data: acceptedEventSchema, origin: v.string() })),
  }),
);

/** Reads the event in a receiver's message, and its target's session; undefined if the message is not accepted. */
export function readEvent(
  text: string,
): { readonly event: AcceptedEvent; readonly sessionId: string } | undefined {
  const { success, output } = v.safeParse(eventMessage, text);
  return success ? { event: output.event.data, sessionId: output.event.origin } : undefined;
}
