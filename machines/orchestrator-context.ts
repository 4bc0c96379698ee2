import type { ActorRefFrom } from "xstate";
import type { Outcome } from "../schemas/outcome.ts";
import { Chunked } from "./schedule/persistent.ts";
import { initialSchedule } from "./schedule/schedule.ts";
import type { NodeState, RunSpec, Schedule } from "./schedule/types.ts";
import type { taskMachine } from "./task.machine.ts";
import type { TaskSettled, TaskStarved, TaskWaiting } from "./task-setup.ts";

export interface OrchestratorContext {
  readonly spec: RunSpec;
  readonly schedule: Schedule;
  /** One actor for each task, by number. */
  readonly actors: readonly ActorRefFrom<typeof taskMachine>[];
  /** The outcome of each settled or parked task, by number; results are never copied. */
  readonly outcomes: Chunked<Outcome | undefined>;
  /** Parked tasks whose question a person has dismissed: they are not asked about again. */
  readonly dismissed: ReadonlySet<number>;
  /** How many tasks may run at a time: set by a shortage of resources. */
  readonly limit: Limit | undefined;
  /** Set once the run has been cancelled. */
  readonly cancelled: Cancellation | undefined;
}

export interface Limit {
  readonly tasks: number;
  /** Tasks that have settled since it last changed; one round of them raises it by one. */
  readonly settled: number;
}

export interface Cancellation {
  readonly reason: string;
  /** The exit status that whoever cancelled asked for. */
  readonly exitCode?: number | undefined;
}

/** A person's answer to the question of a parked task. */
export interface Answer {
  readonly task: string;
  readonly text: string;
}

/** A parked task's question, and the attempt that ended with it. */
export interface OpenQuestion {
  readonly task: string;
  readonly attempt: number;
  readonly question: string;
  /** Whether a person has left it open, and is not asked again. */
  readonly isDismissed: boolean;
}

export type OrchestratorEvent =
  | TaskSettled
  | TaskWaiting
  | TaskStarved
  /** An answer from outside, at any time. */
  | ({ readonly type: "task.answer" } & Answer)
  /** A person leaves a question open. */
  | { readonly type: "question.dismissed"; readonly task: string }
  /** Start no more of these tasks, or of all; running ones continue. */
  | { readonly type: "run.withhold"; readonly tasks?: readonly string[]; readonly reason: string }
  /** Start nothing more and end what runs. */
  | ({ readonly type: "run.cancel" } & Cancellation);

/** How XState reports the end of the actors that the orchestrator invokes to ask a person. */
export type ActorEnded =
  | { readonly type: "xstate.done.actor.approveBatch"; readonly output: boolean }
  | { readonly type: "xstate.done.actor.askQuestions"; readonly output: readonly Answer[] }
  | { readonly type: `xstate.error.actor.${"approveBatch" | "askQuestions"}`; readonly error: unknown };

/** What the orchestrator tells the outside, in the order in which it happened. */
export type OrchestratorEmitted =
  | { readonly type: "task.ready"; readonly task: string }
  | { readonly type: "task.settled"; readonly task: string; readonly outcome: Outcome }
  | { readonly type: "run.throttled"; readonly limit: number; readonly reason: string }
  | { readonly type: "run.cancelled"; readonly reason: string }
  | { readonly type: "run.settled" };

export const initialContext = (spec: RunSpec): OrchestratorContext => ({
  spec,
  schedule: initialSchedule(spec),
  actors: [],
  outcomes: Chunked.from(spec.graph.tasks.map((_, task) => spec.restored.get(task)?.outcome)),
  dismissed: new Set(),
  limit: undefined,
  cancelled: undefined,
});

/** The number of a task by the id that the outside knows it by; -1 if there is none. */
export const numberOf = ({ spec }: OrchestratorContext, id: string): number =>
  spec.graph.indexOf.get(id) ?? -1;

export const idOf = ({ spec }: OrchestratorContext, task: number): string => spec.graph.tasks[task]?.id ?? "";

/** The state of a task; undefined if there is none of that id. */
export function stateOf(context: OrchestratorContext, id: string): NodeState | undefined {
  const task = numberOf(context, id);
  return task < 0 ? undefined : context.schedule.nodes.at(task);
}

/** The number of a task's current or last attempt; 0 before the first. */
export const attemptOf = ({ actors }: OrchestratorContext, task: number): number =>
  actors[task]?.getSnapshot().context.attempt ?? 0;

/** The outcomes of all settled and parked tasks, by id, in plan order. */
export const outcomesOf = ({ spec, outcomes }: OrchestratorContext): Map<string, Outcome> =>
  new Map(
    spec.graph.tasks.flatMap(({ id }, task) => {
      const outcome = outcomes.at(task);
      return outcome ? [[id, outcome] as const] : [];
    }),
  );
