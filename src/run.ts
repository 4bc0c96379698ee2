import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { createActor, fromPromise } from "xstate";
import { waitsFor } from "../machines/graph.ts";
import { orchestratorMachine } from "../machines/orchestrator.machine.ts";
import { type AttemptInput, taskMachine } from "../machines/task.machine.ts";
import type { Counts, RunEvent, RunEventBody } from "../schemas/event.ts";
import { isDone, type Outcome, type Status, statuses } from "../schemas/outcome.ts";
import { carryOut } from "./attempt.ts";
import type { Job } from "./job.ts";
import { Journal } from "./journal/journal.ts";
import { createRunDirectory, newRunName, type RunDirectory } from "./journal/run-directory.ts";
import { graphOf } from "./overview.ts";

export interface RunOptions {
  /** Called with every event, in order, once it is in the journal. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Asked between batches where the run pauses there: resolves with whether the next batch, of these tasks, may start. */
  readonly approve?: (next: readonly string[]) => Promise<boolean>;
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
}

/**
 * Runs a job: the one place where the machines meet engines, journal and listeners. Throws the error of the file
 * system where the run's directory cannot be made; nothing has been started then.
 */
export async function startRun(job: Job, options: RunOptions = {}): Promise<Run> {
  const ids = job.tasks.map(({ task }) => task.id);
  const directory = await createRunDirectory(job.projectDir, newRunName(new Date()), ids);
  const journal = await Journal.open(directory.journal);
  await writeRunFile(job, directory);
  return new LiveRun(job, directory, journal, options);
}

async function writeRunFile(job: Job, { run, path }: RunDirectory): Promise<void> {
  const { manifestFile, plan, projectDir, mode, spec } = job;
  const facts = {
    run,
    manifest: manifestFile,
    plan: plan?.file,
    project_dir: projectDir,
    mode: mode.name,
    max_parallel: spec.maxParallel,
    started: new Date().toISOString(),
    pid: process.pid,
  };
  await writeFileAtomic(join(path, "run.json"), `${JSON.stringify(facts, null, 2)}\n`);
  await writeFileAtomic(join(path, "graph.json"), `${JSON.stringify(graphOf(job))}\n`);
}

class LiveRun implements Run {
  readonly run: string;
  readonly directory: string;
  readonly finished: Promise<RunResult>;
  private readonly begun = performance.now();
  private readonly outcomes = new Map<string, Outcome>();
  /** By task: when its first attempt began, and the number of its last. */
  private readonly attempts = new Map<string, { readonly since: number; last: number }>();
  private readonly controllers = new Map<string, AbortController>();
  private readonly waits: readonly (readonly number[])[];
  private readonly actor;
  private hastened = false;
  private exitCode: number | undefined;
  /** Why the journal could not be written; nothing is started from then on. */
  private broken: Error | undefined;
  private told: Promise<void> = Promise.resolve();

  constructor(
    private readonly job: Job,
    private readonly place: RunDirectory,
    private readonly journal: Journal,
    private readonly options: RunOptions,
  ) {
    this.run = place.run;
    this.directory = place.path;
    this.waits = waitsFor(job.spec.order);
    const task = taskMachine.provide({
      actors: { attempt: fromPromise<Outcome, AttemptInput>(({ input }) => this.attempt(input)) },
      actions: { endAttempt: ({ context }) => this.controllers.get(context.id)?.abort() },
    });
    const machine = orchestratorMachine(job.mode.name).provide({ actors: { task } });
    this.actor = createActor(machine, { input: { spec: job.spec } });
    this.finished = this.follow();
  }

  cancel(reason: string, exitCode?: number): void {
    if (this.actor.getSnapshot().value === "settled") return;
    this.exitCode ??= exitCode;
    this.record({ event: "run.cancelled", reason });
    this.actor.send({ type: "run.cancel", reason });
  }

  hasten(): void {
    this.hastened = true;
  }

  /** Starts the machines and turns what they tell into events, until all has settled. */
  private async follow(): Promise<RunResult> {
    const { job, actor } = this;
    this.record({
      event: "run.started",
      manifest: job.manifestFile,
      ...(job.plan ? { plan: job.plan.file } : {}),
      mode: job.mode.name,
      max_parallel: job.spec.maxParallel,
      directory: this.directory,
      tasks: job.tasks.map(({ task, title, stage }) => ({ id: task.id, title, stage })),
    });
    actor.on("task.ready", ({ task }) => this.record({ event: "task.ready", task }));
    actor.on("task.settled", ({ task, outcome }) => this.settled(task, outcome));
    actor.on("batch.held", ({ next }) => this.hold(next));
    try {
      await new Promise<void>((resolve, reject) => {
        actor.on("run.settled", () => resolve());
        actor.subscribe({ error: reject });
        actor.start();
      });
      const result = await this.result();
      if (this.broken) throw this.broken;
      return result;
    } finally {
      for (const controller of this.controllers.values()) controller.abort();
      await this.journal.close();
    }
  }

  private async attempt(input: AttemptInput): Promise<Outcome> {
    const controller = new AbortController();
    this.controllers.set(input.id, controller);
    const since = performance.now();
    this.attempts.set(input.id, {
      since: this.attempts.get(input.id)?.since ?? since,
      last: input.attempt,
    });
    this.record({ event: "task.started", task: input.id, attempt: input.attempt });
    const outcome = await carryOut(input, {
      job: this.job,
      directory: this.place,
      signal: controller.signal,
      graceMs: () => (this.hastened ? 0 : this.job.config.grace * 1000),
      onProgress: (text) => this.tell({ event: "task.progress", task: input.id, text }),
      alsoFinished: this.alsoFinished(input),
    });
    this.controllers.delete(input.id);
    // On disk before the chart acts on it; an outcome that nobody will know of after a crash is none.
    const { id: task, attempt } = input;
    await this.record({ event: "task.attempted", task, attempt, duration_s: secondsSince(since), outcome });
    return this.broken ? { ...outcome, status: "error", reason: journalReason(this.broken) } : outcome;
  }

  /** What stands behind a barrier of the task, and not among the dependencies that it names. */
  private alsoFinished(input: AttemptInput): { id: string; title: string; status: string }[] {
    const named = new Set(input.dependencies.map(({ id }) => id));
    const at = this.job.tasks.findIndex(({ task }) => task.id === input.id);
    return (this.waits[at] ?? []).flatMap((other) => {
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

  private async hold(next: readonly string[]): Promise<void> {
    this.record({ event: "batch.held", next: [...next] });
    const approved = (await this.options.approve?.(next)) ?? true;
    if (approved) this.actor.send({ type: "batch.approved" });
    else this.cancel("stopped between batches");
  }

  private async result(): Promise<RunResult> {
    const counts = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<Status, number>;
    for (const { status } of this.outcomes.values()) counts[status] += 1;
    const passed = [...this.outcomes.values()].every(({ status }) => isDone(status));
    const exitCode = this.exitCode ?? (passed ? 0 : 1);
    await this.record({
      event: "run.finished",
      counts,
      exit_code: exitCode,
      duration_s: secondsSince(this.begun),
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
    this.told = Promise.all([this.told, written]).then(() => this.options.onEvent?.(event));
    return this.told;
  }

  /** Tells the listener of something that the journal does not hold. */
  private tell(body: RunEventBody): void {
    const event = this.stamped(body);
    this.told = this.told.then(() => this.options.onEvent?.(event));
  }

  private stamped(body: RunEventBody): RunEvent {
    return { ...body, at: new Date().toISOString(), run: this.run } as RunEvent;
  }
}

const journalReason = (error: Error): string => `the journal could not be written: ${error.message}`;

/** Seconds of monotonic time, to the millisecond. */
function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}
