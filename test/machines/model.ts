import type { ActorLogic, SnapshotFrom } from "xstate";
import { getAdjacencyMap } from "xstate/graph";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import type {
  ActorEnded,
  OrchestratorEvent as FromOutside,
  OrchestratorContext,
} from "../../machines/orchestrator-context.ts";
import { runSpec } from "../../machines/schedule/run-spec.ts";
import type { RunSpec } from "../../machines/schedule/types.ts";
import { openQuestions } from "../../machines/steps.ts";
import type { ManifestTask, Mode } from "../../schemas/manifest.ts";
import type { Status } from "../../schemas/outcome.ts";

/** A manifest in short: by stage, a task's id to what it depends on; files by id. */
export interface Shape {
  readonly stages: readonly Readonly<Record<string, string>>[];
  readonly files?: Readonly<Record<string, readonly string[]>>;
  readonly maxParallel?: number;
  readonly relaxed?: boolean;
  readonly pause?: boolean;
}

export function specOf(shape: Shape, mode: Mode): RunSpec {
  const task = (id: string, depends: string): ManifestTask => ({
    id,
    depends: depends.split(" ").filter(Boolean),
    files: [...(shape.files?.[id] ?? [])],
    verify: [],
    retries: 0,
  });
  return runSpec(
    {
      stages: shape.stages.map((tasks, index) => ({
        name: `stage ${index}`,
        tasks: Object.entries(tasks).map(([id, depends]) => task(id, depends)),
      })),
      stage_barriers: shape.relaxed ? "relaxed" : "strict",
      max_parallel: shape.maxParallel ?? 2,
      pause: shape.pause ?? false,
    },
    modeConfigs[mode],
  );
}

/** What can happen to a run: the events that it is sent, and the ends of the actors that ask a person. */
export type OrchestratorEvent = FromOutside | ActorEnded;

/** The state of each task, in plan order. */
export type States = Readonly<Record<string, string>>;

export interface Step {
  readonly value: string;
  readonly states: States;
}

export interface Edge {
  readonly from: Step;
  readonly event: OrchestratorEvent;
  readonly to: Step;
}

export interface Model {
  readonly states: ReadonlyMap<string, Step>;
  readonly edges: readonly (Edge & { readonly fromKey: string; readonly toKey: string })[];
  readonly initial: string;
}

/** What can happen beside tasks that settle and batches that are approved. */
export interface More {
  /** The run is cancelled. */
  readonly cancel?: boolean;
  /** A running task waits for a retry, and is requeued later. */
  readonly waits?: boolean;
  /** A parked task is answered from outside. */
  readonly answers?: boolean;
  /** These tasks are withheld. */
  readonly withholds?: readonly string[];
  /** Somebody is there to be asked, who answers or dismisses questions. */
  readonly attended?: boolean;
  /** A batch may be declined. */
  readonly declines?: boolean;
}

/** Explores everything that can happen to a run: each running task settles in each of the ways, and more. */
export function explore(spec: RunSpec, ways: readonly Status[] = ["pass", "fail"], more: More = {}): Model {
  const input = { spec: { ...spec, attended: more.attended ?? false } };
  const machine = orchestratorMachine(spec.mode.name);
  type Snapshot = SnapshotFrom<typeof machine>;
  const ids = spec.graph.tasks.map((task) => task.id);
  const stepOf = (snapshot: Snapshot): Step => {
    if (snapshot.status === "error") throw snapshot.error;
    const nodes = snapshot.context.schedule.nodes.toArray();
    return {
      value: String(snapshot.value),
      states: Object.fromEntries(ids.map((id, task) => [id, nodes[task] as string])),
    };
  };
  const keyOf = ({ value, context: { schedule, dismissed } }: Snapshot): string =>
    [value, ...schedule.nodes.toArray(), schedule.pendingBarrier ?? "", ...dismissed].join(" ");
  const events = ({ value, context }: Snapshot): OrchestratorEvent[] =>
    eventsIn(String(value), context, ways, more);
  // The graph tools know nothing of emitted events, and their types refuse a machine that has some.
  const logic = machine as unknown as ActorLogic<Snapshot, OrchestratorEvent, { spec: RunSpec }>;
  const map = getAdjacencyMap(logic, { input, events, serializeState: keyOf });
  interface Transition {
    readonly event: OrchestratorEvent;
    readonly state: Snapshot;
  }
  const states = new Map<string, Step>();
  const edges: (Edge & { fromKey: string; toKey: string })[] = [];
  for (const { state } of Object.values(map)) states.set(keyOf(state), stepOf(state));
  for (const { state, transitions } of Object.values(map)) {
    for (const { event, state: next } of Object.values<Transition>(transitions)) {
      if (keyOf(next) === keyOf(state)) continue;
      edges.push({
        from: stepOf(state),
        event,
        to: stepOf(next),
        fromKey: keyOf(state),
        toKey: keyOf(next),
      });
    }
  }
  return { states, edges, initial: [...states.keys()][0] as string };
}

/** Every path from the start to a state that nothing leaves, as its events; stops after `limit` paths. */
export function maximalPaths(model: Model, limit: number): { events: OrchestratorEvent[]; end: Step }[] {
  const leaving = new Map<string, (typeof model.edges)[number][]>();
  for (const edge of model.edges) leaving.set(edge.fromKey, [...(leaving.get(edge.fromKey) ?? []), edge]);
  const paths: { events: OrchestratorEvent[]; end: Step }[] = [];
  const walk = (key: string, events: OrchestratorEvent[]): void => {
    if (paths.length >= limit) return;
    const next = leaving.get(key) ?? [];
    if (next.length === 0) paths.push({ events, end: model.states.get(key) as Step });
    for (const edge of next) walk(edge.toKey, [...events, edge.event]);
  };
  walk(model.initial, []);
  return paths;
}

/** The events that can reach an orchestrator in a state. */
function eventsIn(
  state: string,
  context: OrchestratorContext,
  ways: readonly Status[],
  { cancel, waits, answers, withholds, declines }: More,
): OrchestratorEvent[] {
  const { running, waiting, nodes } = context.schedule;
  const ids = context.spec.graph.tasks.map(({ id }) => id);
  const named = (tasks: readonly number[]) => tasks.map((task) => ids[task] as string);
  const parked = ids.filter((_, task) => nodes.at(task) === "question");
  const questions = openQuestions(context).flatMap(({ task, isDismissed }) => (isDismissed ? [] : [task]));
  const answer = (task: string) => ({ task, text: "yes" });
  const replies = [[], questions.slice(0, 1), questions].map((tasks) => tasks.map(answer));
  return [
    ...(state === "awaitingAnswers" ? replies : []).map(
      (output) => ({ type: "xstate.done.actor.askQuestions", output }) as const,
    ),
    ...(state === "awaitingAnswers" ? questions : []).map(
      (task) => ({ type: "question.dismissed", task }) as const,
    ),
    ...(state === "awaitingApproval" ? [true, ...(declines ? [false] : [])] : []).map(
      (output) => ({ type: "xstate.done.actor.approveBatch", output }) as const,
    ),
    ...named(running).flatMap((task) =>
      ways.map((status) => ({ type: "task.settled", task, outcome: { status } }) as const),
    ),
    ...(cancel ? [{ type: "run.cancel", reason: "test" } as const] : []),
    ...(waits ? named(running) : []).map((task) => ({ type: "task.waiting", task }) as const),
    ...named(waiting).map((task) => ({ type: "task.requeue", task }) as const),
    ...(answers ? parked : []).map((task) => ({ type: "task.answer", ...answer(task) }) as const),
    ...(withholds ? [{ type: "run.withhold", tasks: withholds, reason: "no more" } as const] : []),
  ];
}
