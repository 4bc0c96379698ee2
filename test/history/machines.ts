import fc from "fast-check";
import { type AnyStateMachine, type AnyStateNode, createActor, fromPromise } from "xstate";
import { type ChartTransition, chartOf } from "../../machines/chart.ts";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import type { Answer, OpenQuestion } from "../../machines/orchestrator-context.ts";
import { runSpec } from "../../machines/schedule/run-spec.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import type { AttemptInput, BackoffInput, Restored, VerifyInput } from "../../machines/task-setup.ts";
import { isStart, type RunEvent, type RunEventBody, type TaskFacts } from "../../schemas/event.ts";
import { type Mode, modes } from "../../schemas/manifest.ts";
import { isDone, isParked, type Outcome } from "../../schemas/outcome.ts";
import { outcomeOf, RunState } from "../../src/history/run-state.ts";

/** A manifest, and how its run is started. */
export interface Plan {
  readonly mode: Mode;
  readonly pause: boolean;
  readonly attended: boolean;
  readonly maxParallel: number;
  readonly tasks: readonly {
    readonly stage: number;
    /** Earlier tasks that it depends on, by their place in this list. */
    readonly depends: readonly number[];
    readonly isVerified: boolean;
  }[];
}

export const plans: fc.Arbitrary<Plan> = fc.record({
  mode: fc.constantFrom(...modes),
  pause: fc.boolean(),
  attended: fc.boolean(),
  maxParallel: fc.integer({ min: 1, max: 3 }),
  tasks: fc.array(
    fc.record({
      stage: fc.nat(2),
      depends: fc.array(fc.nat(6), { maxLength: 2 }),
      isVerified: fc.boolean(),
    }),
    { minLength: 1, maxLength: 7 },
  ),
});

const outcomes: readonly Outcome[] = [
  { status: "pass" },
  { status: "pass" },
  { status: "warn" },
  { status: "fail" },
  { status: "question", session_id: "s" },
  { status: "cancelled" },
  { status: "error", failure: "transient" },
  { status: "fail", failure: "rate_limited" },
  { status: "fail", failure: "verify" },
];
const key = { prompt: "p", options: "o", results: "r" };

/** The machines while nothing moves in them, with the journal of their run so far. */
export interface Rest {
  readonly events: readonly RunEvent[];
  /** The events since the machines last rested, or started. */
  readonly since: readonly RunEvent[];
  /** The state of the orchestrator, and of each task, as the fold names them. */
  readonly states: Readonly<Record<string, string>>;
  /** The transitions that each machine took since then, by the same names. */
  readonly taken: ReadonlyMap<string, readonly ChartTransition[]>;
}

export const orchestrator = "orchestrator";

/**
 * Runs the real machines through a plan, restarts included, and returns the journal that such a run writes. `choose`
 * returns the numbers, from 0 to 99, that decide what happens next.
 */
export async function drive(
  plan: Plan,
  choose: () => number,
  onRest: (rest: Rest) => void = () => {},
): Promise<readonly RunEvent[]> {
  let events: readonly RunEvent[] = [];
  for (let part = 0; part < 3; part += 1) {
    const run = new MachineRun(plan, events, choose);
    events = await run.drive(part < 2, onRest);
    if (!run.wasKilled) return events;
  }
  return events;
}

/** One process of a run: from its start, or its resume, to its end or to a kill. */
class MachineRun {
  wasKilled = false;
  private readonly events: RunEvent[];
  /** Actors that run, by task: what ends them. */
  private readonly open = new Map<string, (outcome: Outcome | Error) => void>();
  private reply: ((answer: boolean | readonly Answer[]) => void) | undefined;
  private readonly taken = new Map<string, ChartTransition[]>();
  private rested: number;
  private readonly actor;

  constructor(
    private readonly plan: Plan,
    before: readonly RunEvent[],
    private readonly choose: () => number,
  ) {
    this.events = [...before];
    this.rested = before.length;
    const restored = this.recordStart();
    const { mode, maxParallel, pause, attended, tasks } = plan;
    const spec = runSpec(
      { stages: stagesOf(plan), stage_barriers: "strict", max_parallel: maxParallel, pause },
      modeConfigs[mode],
      { restored, attended, fixes: tasks.map(() => 1) },
    );
    const machine = orchestratorMachine(mode).provide({
      actors: {
        task: taskMachine.provide({ actors: this.taskActors() }),
        askQuestions: fromPromise<readonly Answer[], { questions: readonly OpenQuestion[] }>(({ input }) => {
          this.record({ event: "questions.open", tasks: input.questions.map(({ task }) => task) });
          return new Promise((resolve) => {
            this.reply = (answers) => resolve(answers as readonly Answer[]);
          });
        }),
        approveBatch: fromPromise<boolean, { next: readonly string[] }>(({ input }) => {
          this.record({ event: "batch.held", next: [...input.next] });
          return new Promise((resolve) => {
            this.reply = (approved) => resolve(approved === true);
          });
        }),
      },
    });
    this.actor = createActor(machine, {
      input: { spec },
      inspect: (event) => event.type === "@xstate.microstep" && this.note(event),
    });
    this.actor.on("task.ready", ({ task }) => this.record({ event: "task.ready", task }));
    this.actor.on("task.settled", ({ task, outcome }) => this.recordSettled(task, outcome));
    this.actor.on("run.cancelled", ({ reason }) => this.record({ event: "run.cancelled", reason }));
  }

  /** Runs to the end of the run, or to a kill, which may lose the last events. */
  async drive(mayBeKilled: boolean, onRest: (rest: Rest) => void): Promise<readonly RunEvent[]> {
    this.actor.start();
    for (let steps = 0; steps < 300; steps += 1) {
      await new Promise(setImmediate);
      const states = this.states();
      if (states[orchestrator] === "settled") this.recordEnd();
      onRest({ events: this.events, since: this.events.slice(this.rested), states, taken: this.taken });
      this.taken.clear();
      this.rested = this.events.length;
      if (states[orchestrator] === "settled") return this.events;
      const choice = steps < 150 ? this.choose() : 0;
      if (choice > 95 && mayBeKilled) return this.kill();
      this.act(choice, states);
    }
    throw new Error("the run did not end");
  }

  private act(choice: number, states: Rest["states"]): void {
    const parked = Object.keys(states).filter((name) => states[name] === "parked");
    const [asked] = parked;
    if (choice === 95) this.actor.send({ type: "run.cancel", reason: "test" });
    else if (choice === 94) {
      this.record({ event: "run.withheld", reason: "budget" });
      this.actor.send({ type: "run.withhold", reason: "budget" });
    } else if (states[orchestrator] === "awaitingApproval") this.reply?.(choice % 8 !== 7);
    else if (states[orchestrator] === "awaitingAnswers") {
      const answered = parked.slice(0, choice % 3);
      for (const task of answered) this.recordAnswer(task);
      this.reply?.(answered.map((task) => ({ task, text: "yes" })));
    } else if (choice > 85 && asked !== undefined && states[orchestrator] === "dispatching") {
      this.recordAnswer(asked);
      this.actor.send({ type: "task.answer", task: asked, text: "yes" });
    } else {
      const ends = [...this.open.values()];
      const outcome = outcomes[choice % outcomes.length] ?? { status: "pass" };
      ends[choice % ends.length]?.(choice === 84 ? new Error("broken") : outcome);
    }
  }

  private kill(): readonly RunEvent[] {
    this.wasKilled = true;
    this.actor.stop();
    const first = this.events.findLastIndex(isStart) + 1;
    return this.events.slice(0, first + (this.choose() % (this.events.length - first + 1)));
  }

  /** Records the start of a run, or a resume that keeps what is done, and returns what tasks bring along. */
  private recordStart(): ReadonlyMap<number, Restored> {
    const { plan } = this;
    const job = {
      ...{ manifest: "m", directory: "d", mode: plan.mode, max_parallel: plan.maxParallel },
      ...{ stage_barriers: "strict" as const, critical_path: [], conflicts: [], tasks: factsOf(plan) },
    };
    const restored = new Map<number, Restored>();
    if (this.events.length === 0) {
      this.record({ event: "run.started", ...job, options: {} });
      return restored;
    }
    const past = new RunState(this.events.map((event) => ({ event })));
    const keepsParked = this.choose() % 2 === 0;
    const kept = new Map<string, Outcome>();
    for (const [number, { id, depends }] of job.tasks.entries()) {
      const task = past.task(id);
      const attempt = task?.attempts.at(-1)?.number;
      if (!task || attempt === undefined) continue;
      const outcome = outcomeOf(task);
      const staysDone = isDone(outcome?.status) && depends.every((on) => isDone(kept.get(on)?.status));
      const staysParked = keepsParked && isParked(outcome?.status) && !task.answer;
      if (outcome && (staysDone || staysParked)) kept.set(id, outcome);
      restored.set(number, { attempt, outcome: kept.get(id) });
    }
    this.record({ event: "run.resumed", ...job, kept: [...kept.keys()], again: [] });
    for (const [id, outcome] of kept) if (!past.task(id)?.status) this.recordSettled(id, outcome);
    return restored;
  }

  private taskActors() {
    return {
      attempt: fromPromise<Outcome, AttemptInput>(async ({ input: { id: task, attempt } }) => {
        this.record({ event: "task.started", task, attempt, key });
        const outcome = await this.ended(task);
        const gates = isDone(outcome.status) && this.isVerified(task) ? 1 : 0;
        this.record({ event: "task.attempted", task, attempt, duration_s: 1, outcome, gates });
        return outcome;
      }),
      verify: fromPromise<Outcome, VerifyInput>(async ({ input: { id: task, attempt } }) => {
        const ended = await this.ended(task);
        // `verify` commands ask nothing.
        const outcome: Outcome = isParked(ended.status) ? { status: "fail", failure: "verify" } : ended;
        this.record({ event: "task.verified", task, attempt, duration_s: 1, outcome });
        return outcome;
      }),
      backoff: fromPromise<void, BackoffInput>(async ({ input: { id: task, attempt } }) => {
        this.record({ event: "task.waiting", task, attempt, reason: "r", wait_s: 0, until: timeOf(0) });
      }),
    };
  }

  private ended(task: string): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.open.set(task, (outcome) => {
        this.open.delete(task);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      });
    });
  }

  private isVerified(task: string): boolean {
    return this.plan.tasks[Number(task.slice(1))]?.isVerified ?? false;
  }

  private record(body: RunEventBody): void {
    if (this.wasKilled) return;
    this.events.push({ ...body, at: timeOf(this.events.length), run: "r" } as RunEvent);
  }

  private recordSettled(task: string, { status, reason }: Outcome): void {
    this.record({ event: "task.settled", task, status, duration_s: 1, ...(reason && { reason }) });
  }

  private recordAnswer(task: string): void {
    const actor = this.actor
      .getSnapshot()
      .context.actors.find((one) => one.getSnapshot().context.id === task);
    const attempt = actor?.getSnapshot().context.attempt ?? 0;
    this.record({ event: "task.answered", task, attempt, text: "yes" });
  }

  private recordEnd(): void {
    const unspent = { usage: {}, agent_attempts: 0, attempts_with_cost: 0 };
    this.record({ event: "run.finished", counts: {}, exit_code: 0, duration_s: 1, ...unspent });
  }

  private states(): Rest["states"] {
    const { value, context } = this.actor.getSnapshot();
    const tasks = context.actors.map((task): [string, string] => {
      const { value, context } = task.getSnapshot();
      return [context.id, typeof value === "string" ? value : value.working];
    });
    return { [orchestrator]: String(value), ...Object.fromEntries(tasks) };
  }

  private note(step: unknown): void {
    const { actorRef, rootId, _transitions } = step as Microstep;
    const name = actorRef.sessionId === rootId ? orchestrator : actorRef.id.replace("task:", "");
    const charted = chartedBy(actorRef.logic);
    const all = _transitions.flatMap((definition) => charted.get(definition) ?? []);
    this.taken.set(name, [...(this.taken.get(name) ?? []), ...all]);
  }
}

interface Microstep {
  readonly actorRef: { readonly id: string; readonly sessionId: string; readonly logic: AnyStateMachine };
  readonly rootId: string;
  /** Definitions of a state node; not part of XState's public types. */
  readonly _transitions: readonly object[];
}

const charts = new WeakMap<AnyStateMachine, ReadonlyMap<object, ChartTransition>>();

/** The transitions of a machine's chart by their definitions. */
function chartedBy(machine: AnyStateMachine): ReadonlyMap<object, ChartTransition> {
  const known = charts.get(machine);
  if (known) return known;
  const nodes = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(nodes)];
  const definitions = nodes(machine.root).flatMap((node) => [
    ...[...node.transitions.values()].flat(),
    ...(node.always ?? []),
  ]);
  const { transitions } = chartOf(machine);
  const charted = new Map(transitions.map((transition, at) => [definitions[at] as object, transition]));
  charts.set(machine, charted);
  return charted;
}

const timeOf = (second: number): string => new Date(second * 1000).toISOString();

const dependsOf = ({ tasks }: Plan, at: number): string[] =>
  (tasks[at]?.depends ?? [])
    .filter((on) => on < at && (tasks[on]?.stage ?? 9) <= (tasks[at]?.stage ?? 0))
    .map((on) => `t${on}`);

const stagesOf = (plan: Plan) =>
  [0, 1, 2].map((stage) => ({
    name: `s${stage}`,
    tasks: plan.tasks.flatMap((task, at) => {
      const verify = task.isVerified ? [{ run: "true", expect: "exit 0" }] : [];
      const depends = dependsOf(plan, at);
      return task.stage === stage ? [{ id: `t${at}`, files: [], verify, retries: 1, depends }] : [];
    }),
  }));

const factsOf = (plan: Plan): TaskFacts[] =>
  stagesOf(plan).flatMap(({ name, tasks }) =>
    tasks.map(({ id, depends }) => ({
      ...{ id, title: id, stage: name, depends, files: [] },
      ...{ engine: "command" as const, tier: "deep" as const },
    })),
  );
