import { setTimeout as wait } from "node:timers/promises";
import { type Actor, createActor, fromPromise, type InspectionEvent } from "xstate";
import { orchestratorMachine } from "../../machines/orchestrator.machine.ts";
import { waitsFor } from "../../machines/schedule/order.ts";
import { taskMachine } from "../../machines/task.machine.ts";
import type { AttemptInput, PauseInput, VerifyInput } from "../../machines/task-setup.ts";
import { traitsOf } from "../../schemas/engines.ts";
import { type Counts, countStatuses, type RunEvent, type RunEventBody } from "../../schemas/event.ts";
import { isDone, isParked, type Outcome, type Usage } from "../../schemas/outcome.ts";
import { nothingSpent, type Spent, spend, usedUp } from "../../schemas/usage.ts";
import { refusedPushes } from "../git/push-guard.ts";
import type { Job, JobTask } from "../job/job.ts";
import { graphOf } from "../job/overview.ts";
import { type LeftAnswer, watchAnswers } from "../journal/answers.ts";
import type { Journal } from "../journal/journal.ts";
import type { Lock } from "../journal/lock.ts";
import type { RunDirectory } from "../journal/run-directory.ts";
import { RunError } from "../problem.ts";
import { type AttemptContext, carryOut, pushesFile, verify } from "./attempt.ts";
import { waitBefore } from "./backoff.ts";
import { attemptKey } from "./fingerprint.ts";
import type { Resumption } from "./resume.ts";

export interface RunOptions {
  /** Called with every event, in order, once it is in the journal. */
  readonly onEvent?: (event: RunEvent) => void;
  /**
   * Asked between batches where the run pauses there: resolves with whether the next batch, of these tasks, may start.
   * Once `withdrawn` is aborted the run has gone on without it, and takes no answer any more.
   */
  readonly approve?: (next: readonly string[], withdrawn: AbortSignal) => Promise<boolean>;
  /**
   * Asked the question of a parked task, once nothing else runs: resolves with the answer, or nothing to leave it.
   * `withdrawn` as with `approve`.
   */
  readonly ask?: (task: string, question: string, withdrawn: AbortSignal) => Promise<string | undefined>;
  /** Told of everything that the machines do, as the option of XState's `createActor` of this name. */
  readonly inspect?: (event: InspectionEvent) => void;
}

/** What a run came to. */
export interface RunResult {
  readonly run: string;
  /** Where its artifacts lie. */
  readonly directory: string;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly counts: Counts;
  /** 0: every task passed or warned; 1: one did not; or what `cancel` was given. */
  readonly exitCode: number;
}

/** A run under way. */
export interface Run {
  readonly run: string;
  readonly directory: string;
  /** Resolves when every task has settled; rejects, then too, with why the journal could not be written. */
  readonly finished: Promise<RunResult>;
  /** Starts nothing more and ends what runs; what has not settled settles as `cancelled`. */
  readonly cancel: (reason: string, exitCode?: number) => void;
  /** Ends what is being ended at once, without the rest of its grace. */
  readonly hasten: () => void;
  /** Goes on with a parked task: false where it is not parked, or not by that attempt. */
  readonly answer: (answer: LeftAnswer) => boolean;
}

/** A run whose directory, lock and journal are there: the machines, and what their actors do in the world. */
export class LiveRun implements Run {
  readonly run: string;
  readonly directory: string;
  readonly finished: Promise<RunResult>;
  private readonly begun = performance.now();
  private readonly outcomes = new Map<string, Outcome>();
  /** By task: when its first attempt began, and the number of its last. */
  private readonly attempts = new Map<string, { readonly since: number; last: number }>();
  private readonly controllers = new Map<string, AbortController>();
  private readonly byId: ReadonlyMap<string, { readonly jobTask: JobTask; readonly number: number }>;
  private readonly waits: readonly (readonly number[])[];
  private readonly actor: Actor<ReturnType<typeof orchestratorMachine>>;
  /** Questions that were asked, and not answered: task and attempt. */
  private readonly left = new Set<string>();
  /** Of what a person is being asked, or was last: aborted once the run has gone on without it. */
  private asking = new AbortController();
  private spent: Spent = nothingSpent;
  private hastened = false;
  private exitCode: number | undefined;
  /** Why the journal could not be written; nothing is started from then on. */
  private broken: Error | undefined;
  /** What the listener threw first: it must not end what runs, and must not be lost. */
  private listenerError: unknown;
  private told: Promise<void> = Promise.resolve();

  constructor(
    private readonly job: Job,
    private readonly place: RunDirectory,
    private readonly lock: Lock,
    private readonly journal: Journal,
    private readonly options: RunOptions,
    private readonly resumed: Resumption | undefined,
  ) {
    this.run = place.run;
    this.directory = place.path;
    this.waits = waitsFor(job.spec.order);
    this.byId = new Map(job.tasks.map((jobTask, number) => [jobTask.task.id, { jobTask, number }]));
    const task = taskMachine.provide({
      actors: {
        attempt: fromPromise<Outcome, AttemptInput>(({ input }) => this.attempt(input)),
        verify: fromPromise<Outcome, VerifyInput>(({ input }) => this.verify(input)),
        pause: fromPromise<void, PauseInput>(({ input, signal }) => this.pause(input, signal)),
      },
      actions: { endAttempt: ({ context }) => this.controllers.get(context.id)?.abort() },
    });
    const machine = orchestratorMachine(job.mode.name).provide({ actors: { task } });
    this.actor = createActor(machine, {
      input: { spec: { ...job.spec, attended: options.ask !== undefined } },
      ...(options.inspect ? { inspect: options.inspect } : {}),
    });
    this.finished = this.follow();
  }

  cancel(reason: string, exitCode?: number): void {
    if (this.isEnding()) return;
    this.exitCode ??= exitCode;
    this.asking.abort();
    this.record({ event: "run.cancelled", reason });
    this.actor.send({ type: "run.cancel", reason });
  }

  private isEnding = (): boolean =>
    ["cancelling", "settled"].includes(String(this.actor.getSnapshot().value));

  hasten(): void {
    this.hastened = true;
  }

  answer({ task, attempt, text }: LeftAnswer): boolean {
    const outcome = this.outcomes.get(task);
    const isOpen = outcome && isParked(outcome.status) && this.attempts.get(task)?.last === attempt;
    if (!isOpen || this.isEnding()) return false;
    this.outcomes.delete(task);
    this.asking.abort();
    // On disk before the chart acts on it.
    void this.record({ event: "task.answered", task, attempt, text }).then(() =>
      this.actor.send({ type: "task.answer", task, text }),
    );
    return true;
  }

  /** Starts the machines and turns what they tell into events, until all has settled. */
  private async follow(): Promise<RunResult> {
    const { actor } = this;
    this.recordStart();
    actor.on("task.ready", ({ task }) => this.record({ event: "task.ready", task }));
    actor.on("task.settled", ({ task, outcome }) => this.settled(task, outcome));
    actor.on("batch.held", ({ next }) => this.hold(next));
    actor.on("questions.open", ({ tasks }) => void this.ask(tasks));
    const answers = watchAnswers(this.place.answers, (answer) => this.answer(answer));
    try {
      await new Promise<void>((resolve, reject) => {
        actor.on("run.settled", () => resolve());
        actor.subscribe({ error: reject });
        actor.start();
      });
      const result = await this.result();
      if (this.broken) {
        throw new RunError(journalReason(this.broken), `go on with \`interserve resume ${this.run}\``);
      }
      if (this.listenerError !== undefined) throw this.listenerError;
      return result;
    } finally {
      answers.close();
      for (const controller of this.controllers.values()) controller.abort();
      await this.journal.close();
      await this.lock.release();
    }
  }

  private recordStart(): void {
    const { job, resumed } = this;
    const facts = {
      manifest: job.manifestFile,
      ...(job.plan ? { plan: job.plan.file } : {}),
      directory: this.directory,
      ...graphOf(job),
    };
    if (!resumed) {
      this.record({ event: "run.started", ...facts, options: job.options });
      return;
    }
    // What the run has used before counts too.
    for (const { id, engine } of facts.tasks) {
      const past = resumed.past.history.tasks.get(id);
      if (!past || !traitsOf(engine).asksModel) continue;
      const silent = past.attempt - past.attempts.length;
      for (const { outcome } of past.attempts) this.spent = spend(this.spent, outcome.usage);
      for (let at = 0; at < silent; at += 1) this.spent = spend(this.spent, undefined);
    }
    this.record({ event: "run.resumed", ...facts, kept: [...resumed.kept], again: [...resumed.again] });
    for (const [number, { attempt, outcome }] of resumed.restored) {
      const id = job.tasks[number]?.task.id;
      if (!outcome || id === undefined) continue;
      this.outcomes.set(id, outcome);
      this.attempts.set(id, { since: this.begun, last: attempt });
      // The crash came between the attempt's end and this.
      if (!resumed.past.history.tasks.get(id)?.status) this.settled(id, outcome);
    }
  }

  private async attempt(input: AttemptInput): Promise<Outcome> {
    const { id: task, attempt } = input;
    const { jobTask, controller } = this.starting(task);
    const since = performance.now();
    this.attempts.set(task, { since: this.attempts.get(task)?.since ?? since, last: attempt });
    const key = attemptKey(this.job, jobTask, input.dependencies);
    await this.record({ event: "task.started", task, attempt, key });
    const outcome = this.broken
      ? journalOutcome(this.broken)
      : await carryOut(input, this.contextFor(jobTask, controller, input.dependencies));
    for (const remote of await refusedPushes(pushesFile(this.place.attempt(task, attempt)))) {
      this.record({ event: "task.push_refused", task, attempt, remote });
    }
    this.controllers.delete(task);
    const gates = isDone(outcome.status) ? jobTask.task.verify.length : 0;
    // On disk before the chart acts on it; an outcome that nobody will know of after a crash is none.
    const duration_s = secondsSince(since);
    await this.record({ event: "task.attempted", task, attempt, duration_s, outcome, gates });
    if (traitsOf(jobTask.engine).asksModel) this.count(outcome.usage);
    return this.broken ? { ...outcome, ...journalOutcome(this.broken) } : outcome;
  }

  /** Adds what an attempt has used, and stops starting more where that was the last of the budget. */
  private count(usage: Usage | undefined): void {
    const before = usedUp(this.spent, this.job.options);
    this.spent = spend(this.spent, usage);
    const reason = usedUp(this.spent, this.job.options);
    if (reason === undefined || before !== undefined) return;
    this.record({ event: "run.withheld", reason });
    this.actor.send({ type: "run.withhold", reason: `the budget is used up: ${reason}` });
  }

  private async verify(input: VerifyInput): Promise<Outcome> {
    const { id: task, attempt } = input;
    const { jobTask, controller } = this.starting(task);
    const since = performance.now();
    const outcome = await verify(input, this.contextFor(jobTask, controller, []));
    this.controllers.delete(task);
    await this.record({ event: "task.verified", task, attempt, duration_s: secondsSince(since), outcome });
    return this.broken ? { ...outcome, ...journalOutcome(this.broken) } : outcome;
  }

  private async pause({ id: task, attempt, outcome, count }: PauseInput, signal: AbortSignal): Promise<void> {
    const wait_s = waitBefore(outcome, count, this.job.config, Math.random());
    const until = new Date(Date.now() + wait_s * 1000).toISOString();
    const reason = outcome.reason ?? outcome.failure ?? outcome.status;
    this.record({
      event: "task.waiting",
      task,
      attempt,
      reason,
      wait_s: Math.round(wait_s * 1000) / 1000,
      until,
    });
    // Not longer than a timer can count; who is stopped meanwhile does not mind.
    await wait(Math.min(wait_s * 1000, 2 ** 31 - 1), undefined, { signal }).catch(() => {});
  }

  private starting(task: string): { jobTask: JobTask; controller: AbortController } {
    const known = this.byId.get(task);
    if (!known) throw new Error(`no task is called ${task}`);
    const controller = new AbortController();
    this.controllers.set(task, controller);
    return { jobTask: known.jobTask, controller };
  }

  private contextFor(
    jobTask: JobTask,
    { signal }: AbortController,
    dependencies: AttemptInput["dependencies"],
  ): AttemptContext {
    const task = jobTask.task.id;
    return {
      job: this.job,
      jobTask,
      directory: this.place,
      signal,
      graceMs: () => (this.hastened ? 0 : this.job.config.grace * 1000),
      onProgress: (text) => this.tell({ event: "task.progress", task, text }),
      alsoFinished: this.alsoFinished(task, dependencies),
    };
  }

  /** What stands behind a barrier of the task, and not among the dependencies that it names. */
  private alsoFinished(
    task: string,
    dependencies: AttemptInput["dependencies"],
  ): AttemptContext["alsoFinished"] {
    const named = new Set(dependencies.map(({ id }) => id));
    return (this.waits[this.byId.get(task)?.number ?? -1] ?? []).flatMap((other) => {
      const behind = this.job.tasks[other];
      const outcome = behind && this.outcomes.get(behind.task.id);
      if (!behind || !outcome || named.has(behind.task.id)) return [];
      return [{ id: behind.task.id, title: behind.title, status: outcome.status }];
    });
  }

  private settled(task: string, outcome: Outcome): void {
    const attempt = this.attempts.get(task);
    this.outcomes.set(task, outcome);
    this.record({
      event: "task.settled",
      task,
      status: outcome.status,
      duration_s: attempt ? secondsSince(attempt.since) : 0,
      ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
      ...(attempt ? { artifacts: this.place.attempt(task, attempt.last) } : {}),
    });
  }

  /** Only one thing is asked at a time: what was asked before is withdrawn. */
  private newQuestion(): AbortSignal {
    this.asking.abort();
    this.asking = new AbortController();
    return this.asking.signal;
  }

  private async hold(next: readonly string[]): Promise<void> {
    const withdrawn = this.newQuestion();
    await this.record({ event: "batch.held", next: [...next] });
    // Who cannot be asked has not said yes.
    const approved = await Promise.resolve(this.options.approve?.(next, withdrawn) ?? true).catch(
      () => false,
    );
    // An answer to a parked task's question has opened the batch before again.
    if (withdrawn.aborted) return;
    if (approved) this.actor.send({ type: "batch.approved" });
    else this.cancel("stopped between batches");
  }

  /** Asks each question that nobody has left yet; with no answer to any, the run ends. */
  private async ask(tasks: readonly string[]): Promise<void> {
    const answers: LeftAnswer[] = [];
    const withdrawn = this.newQuestion();
    // Whoever is asked has been told of the question.
    await this.record({ event: "questions.open", tasks: [...tasks] });
    for (const task of tasks) {
      const attempt = this.attempts.get(task)?.last;
      const question = this.outcomes.get(task)?.reason ?? "";
      if (attempt === undefined || this.left.has(`${task}/${attempt}`)) continue;
      if (withdrawn.aborted) break;
      // Who cannot be asked has not answered.
      const text = await Promise.resolve(this.options.ask?.(task, question, withdrawn)).catch(
        () => undefined,
      );
      if (text?.trim()) answers.push({ task, attempt, text });
      else if (!withdrawn.aborted) this.left.add(`${task}/${attempt}`);
    }
    // An answer that came from elsewhere meanwhile has led on, and maybe to other questions by now.
    const isOver = withdrawn.aborted;
    const taken = answers.filter((answer) => this.answer(answer));
    if (taken.length === 0 && !isOver) this.actor.send({ type: "questions.left" });
  }

  private async result(): Promise<RunResult> {
    this.asking.abort();
    const came = [...this.outcomes.values()].map(({ status }) => status);
    const counts = countStatuses(came);
    const passed = came.every(isDone);
    const exitCode = this.exitCode ?? (passed ? 0 : 1);
    await this.record({
      event: "run.finished",
      counts,
      exit_code: exitCode,
      duration_s: secondsSince(this.begun),
      usage: this.spent.usage,
      agent_attempts: this.spent.attempts,
      attempts_with_cost: this.spent.withCost,
    });
    return { run: this.run, directory: this.directory, outcomes: this.outcomes, counts, exitCode };
  }

  /** Journals an event, then tells the listener. A journal that cannot be written cancels the run. */
  private record(body: RunEventBody): Promise<void> {
    const event = this.stamped(body);
    const written = this.journal.append(event).catch((error: Error) => {
      if (this.broken) return;
      this.broken = error;
      this.actor.send({ type: "run.cancel", reason: journalReason(error) });
    });
    this.told = Promise.all([this.told, written]).then(() => this.pass(event));
    return this.told;
  }

  /** Tells the listener of something that the journal does not hold. */
  private tell(body: RunEventBody): void {
    const event = this.stamped(body);
    this.told = this.told.then(() => this.pass(event));
  }

  private pass(event: RunEvent): void {
    try {
      this.options.onEvent?.(event);
    } catch (error) {
      this.listenerError ??= error;
    }
  }

  private stamped(body: RunEventBody): RunEvent {
    return { ...body, at: new Date().toISOString(), run: this.run } as RunEvent;
  }
}

const journalReason = (error: Error): string => `the journal could not be written: ${error.message}`;
const journalOutcome = (error: Error): Outcome => ({
  status: "error",
  failure: "io",
  reason: journalReason(error),
});

/** Seconds of monotonic time, to the millisecond. */
function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}
