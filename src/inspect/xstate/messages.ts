import * as v from "valibot";
import type { AnyActorRef, AnyEventObject, AnyMachineSnapshot, Snapshot } from "xstate";

/**
 * What `@xstate/inspect` 0.8 and `@statelyai/inspect` 0.7 are told of an actor: both with a slim projection of its
 * context, for a whole one with every event costs more than the run (15 s and 448 MB at 5 000 tasks).
 */
export interface Protocol {
  readonly register: (actor: AnyActorRef, rootId: string) => string;
  readonly event: (actor: AnyActorRef, event: AnyEventObject, source: AnyActorRef | undefined) => string;
  /** With the snapshot that the event led to, which may be an earlier one than the actor's own. */
  readonly state: (actor: AnyActorRef, event: AnyEventObject, snapshot: Snapshot<unknown>) => string;
  readonly stop: (actor: AnyActorRef) => string | undefined;
}

interface Facts {
  readonly value: unknown;
  readonly context: Readonly<Record<string, unknown>>;
  readonly done: boolean;
}

/** Where an actor stands, in few words: of the orchestrator counts, of a task its attempt and outcome. */
function factsOf(snapshot: Snapshot<unknown>): Facts {
  const { value = "", status, context = {}, output } = snapshot as AnyMachineSnapshot;
  const { schedule, id, attempt, outcome } = context as Record<string, never> as {
    readonly schedule?: { readonly running: readonly number[]; readonly ready: { readonly size: number } };
    readonly id?: string;
    readonly attempt?: number;
    readonly outcome?: { readonly status: string; readonly reason?: string };
  };
  const slim = schedule
    ? { running: schedule.running.length, ready: schedule.ready.size }
    : { id, attempt, status: (outcome ?? output)?.status, reason: (outcome ?? output)?.reason };
  return { value: value === "" ? status : value, context: slim, done: status !== "active" };
}

/** An event without what it carries of results: its name, and the task and status that it is of. */
function slimEvent(event: AnyEventObject): AnyEventObject {
  const { type, task, outcome, output, reason } = event;
  const status = (outcome ?? output)?.status;
  return { type, ...(task ? { task } : {}), ...(status ? { status } : {}), ...(reason ? { reason } : {}) };
}

const definitions = new WeakMap<object, string>();

/** A machine's configuration as XState 4 reads it; of what is no machine, a chart of how it can end. */
function definitionOf(actor: AnyActorRef): string {
  const logic = (actor as { readonly logic?: object }).logic;
  const known = logic && definitions.get(logic);
  if (known) return known;
  const { config, id } = (logic ?? {}) as {
    readonly config?: { readonly states?: object };
    readonly id?: string;
  };
  const ends = { id: "actor", initial: "active", states: { active: {}, done: {}, error: {}, stopped: {} } };
  const definition = JSON.stringify(config?.states ? { id, ...(inVersion4(config) as object) } : ends);
  if (logic) definitions.set(logic, definition);
  return definition;
}

/** `guard` is `cond` there, and parameters are functions, which are nobody's to read. */
function inVersion4(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(inVersion4);
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part).filter(
    ([key, value]) => typeof value !== "function" && key !== "params",
  );
  return Object.fromEntries(
    entries.map(([key, value]) => [key === "guard" ? "cond" : key, inVersion4(value)]),
  );
}

const scxml = (event: AnyEventObject, origin?: string) => ({
  name: event.type,
  data: event,
  $$type: "scxml",
  type: "external",
  ...(origin ? { origin } : {}),
});

function stateInVersion4(actor: AnyActorRef, event: AnyEventObject, snapshot: Snapshot<unknown>): string {
  const { value, context, done } = factsOf(snapshot);
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

/** The four messages of `@xstate/inspect`. */
export const xstateInspect: Protocol = {
  register: (actor) =>
    JSON.stringify({
      type: "service.register",
      machine: definitionOf(actor),
      state: stateInVersion4(actor, { type: "xstate.init" }, actor.getSnapshot()),
      id: actor.id,
      sessionId: actor.sessionId,
    }),
  event: (actor, event, source) =>
    JSON.stringify({
      type: "service.event",
      event: JSON.stringify(scxml(slimEvent(event), source?.sessionId)),
      sessionId: actor.sessionId,
    }),
  state: (actor, event, snapshot) =>
    JSON.stringify({
      type: "service.state",
      state: stateInVersion4(actor, slimEvent(event), snapshot),
      sessionId: actor.sessionId,
    }),
  stop: (actor) => JSON.stringify({ type: "service.stop", sessionId: actor.sessionId }),
};

let messages = 0;
function stately(type: string, actor: AnyActorRef, rootId: string, rest: object): string {
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

const slimSnapshot = (snapshot: Snapshot<unknown>) => {
  const { value, context } = factsOf(snapshot);
  return { status: snapshot.status, value, context };
};

const rootOf = (actor: AnyActorRef): string => (actor._parent ? rootOf(actor._parent) : actor.sessionId);

/** The events of `@statelyai/inspect`. */
export const statelyInspect: Protocol = {
  register: (actor, rootId) =>
    stately("@xstate.actor", actor, rootId, {
      name: actor.id,
      parentId: actor._parent?.sessionId,
      definition: definitionOf(actor),
      snapshot: slimSnapshot(actor.getSnapshot()),
    }),
  event: (actor, event, source) =>
    stately("@xstate.event", actor, rootOf(actor), { event: slimEvent(event), sourceId: source?.sessionId }),
  state: (actor, event, snapshot) =>
    stately("@xstate.snapshot", actor, rootOf(actor), {
      event: slimEvent(event),
      snapshot: slimSnapshot(snapshot),
    }),
  // A snapshot that is no longer active says it.
  stop: () => undefined,
};

/**
 * What a person may say to a run: the same as at its terminal, and by the same way, so that it is in the journal
 * before the machine hears of it. Any other event would move a machine without the journal, and a run that is gone
 * on with would stand elsewhere.
 */
const personsEventSchema = v.variant("type", [
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
export type PersonsEvent = v.InferOutput<typeof personsEventSchema>;

/** An event as the receiver of `@xstate/inspect` sends it: in the words of SCXML, its origin the actor it is for. */
const sentMessage = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    type: v.literal("xstate.event"),
    event: v.pipe(v.string(), v.parseJson(), v.object({ data: personsEventSchema, origin: v.string() })),
  }),
);

/** The event in a receiver's message, and the session of the actor it is for; nothing of any other message. */
export function sentEvent(text: string): { readonly event: PersonsEvent; readonly to: string } | undefined {
  const { success, output } = v.safeParse(sentMessage, text);
  return success ? { event: output.event.data, to: output.event.origin } : undefined;
}
