import { setTimeout as sleep } from "node:timers/promises";
import { fromPromise } from "xstate";
import type { AttemptInput, BackoffInput, OthersInput, VerifyInput } from "../../machines/task-setup.ts";
import { isDone, type Outcome } from "../../schemas/outcome.ts";
import { PushGuard, refusedPushes } from "../git/push-guard.ts";
import type { Job, JobTask } from "../job/job.ts";
import type { RunDirectory } from "../journal/run-directory.ts";
import { endRun } from "../process/tree.ts";
import { listed } from "../text/list.ts";
import { oneLine } from "../text/one-line.ts";
import { patiently, shortageIn } from "../text/shortage.ts";
import { type AttemptContext, pushesFile, runAttempt, verifyAttempt } from "./attempt.ts";
import { delayBeforeRetry } from "./backoff.ts";
import type { Budget } from "./budget.ts";
import type { EventLog } from "./event-log.ts";
import { fingerprint, latestVersion } from "./fingerprint.ts";
import { Neighbours } from "./neighbours.ts";
import { Writers } from "./writers.ts";

/** The longest time that a timer can count. */
const longestTimerMs = 2 ** 31 - 1;

/** The actors of a task: its attempts, its verification and the waits between them. */
export class Attempts {
  private readonly tasks: ReadonlyMap<string, JobTask>;
  private readonly controllers = new Map<string, AbortController>();
  /** When each task's first attempt of this run began, in milliseconds of monotonic time. */
  private readonly begun = new Map<string, number>();
  private readonly neighbours = new Neighbours();
  private readonly writers = new Writers();
  private readonly guard: PushGuard | undefined;
  private isKilling = false;

  constructor(
    private readonly job: Job,
    private readonly directory: RunDirectory,
    private readonly log: EventLog,
    private readonly budget: Budget,
  ) {
    this.tasks = new Map(job.tasks.map((task) => [task.task.id, task]));
    if (!job.allowPush) this.guard = new PushGuard(directory.hooks, job.projectDir);
  }

  readonly actors = {
    attempt: fromPromise<Outcome, AttemptInput>(({ input }) => this.attempt(input)),
    verify: fromPromise<Outcome, VerifyInput>(({ input }) => this.verify(input)),
    othersSettled: fromPromise<void, OthersInput>(({ input: { id, others }, signal }) => {
      this.log.notify({
        event: "task.progress",
        task: id,
        text: `verify: failed while other tasks ran; waits for ${listed(others)}, then runs once more`,
      });
      return this.writers.waitFor(id, others, signal);
    }),
    backoff: fromPromise<void, BackoffInput>(({ input, signal }) => this.backOff(input, signal)),
  };

  /** Ends the processes of a task's running attempt. */
  end(task: string): void {
    this.controllers.get(task)?.abort();
  }

  endAll(): void {
    for (const controller of this.controllers.values()) controller.abort();
  }

  /** From now on, processes are ended without a grace period. */
  killNow(): void {
    this.isKilling = true;
  }

  /** Ends what tasks with `keep_running` have left for later ones. */
  async endKept(): Promise<void> {
    if (this.job.tasks.some(({ task }) => task.keep_running)) await endRun(this.directory.run, this.graceMs);
  }

  /** Called once a task has settled or is parked: it writes nothing any more. */
  settled(task: string): void {
    this.writers.leave(task);
  }

  /** Counts a task that an earlier part of the run has settled as begun. */
  restore(task: string, since: number): void {
    this.begun.set(task, since);
  }

  /** Seconds since a task's first attempt of this run; undefined if it had none. */
  durationOf(task: string): number | undefined {
    const since = this.begun.get(task);
    return since === undefined ? undefined : secondsSince(since);
  }

  private async attempt(input: AttemptInput): Promise<Outcome> {
    const { id: task, attempt } = input;
    const jobTask = this.taskOf(task);
    const since = performance.now();
    if (!this.begun.has(task)) this.begun.set(task, since);
    this.writers.enter(task);
    const beside = this.neighbours.begin(task, this.directory.attempt(task, attempt));
    const context = { ...this.contextOf(jobTask), beside };
    const key = fingerprint(this.job, jobTask, input.dependencies, latestVersion);
    await this.log.record({ event: "task.started", task, attempt, key });
    const unguarded = await this.restoreGuard();
    const outcome = this.log.broken
      ? this.log.confirm({ status: "error" })
      : (unguarded ?? (await runAttempt(input, context)));
    await this.restoreGuard();
    for (const remote of await refusedPushes(pushesFile(this.directory.attempt(task, attempt)))) {
      this.log.record({ event: "task.push_refused", task, attempt, remote });
    }
    this.controllers.delete(task);
    this.neighbours.end(task);
    const gates = isDone(outcome.status) ? jobTask.task.verify.length : 0;
    const duration_s = secondsSince(since);
    await this.log.record({ event: "task.attempted", task, attempt, duration_s, outcome, gates });
    this.budget.add(jobTask.engine, outcome.usage);
    return this.log.confirm(outcome);
  }

  private async verify(input: VerifyInput): Promise<Outcome> {
    const { id: task, attempt } = input;
    const since = performance.now();
    const context = this.contextOf(this.taskOf(task));
    if (input.starvations > 0) await this.awaitResources(input, context.signal);
    const othersSeen = this.writers.watch(task);
    const outcome = await verifyAttempt(input, context, othersSeen);
    await this.restoreGuard();
    this.controllers.delete(task);
    // Nothing was verified, and the attempt's own outcome stays.
    if (outcome.failure === "resources") return outcome;
    const duration_s = secondsSince(since);
    await this.log.record({ event: "task.verified", task, attempt, duration_s, outcome });
    return this.log.confirm(outcome);
  }

  /** Puts the guard against pushes back if something has changed it. Resolves with an outcome if that is impossible. */
  private async restoreGuard(): Promise<Outcome | undefined> {
    try {
      const { restored = [], moved = [] } = (await patiently(async () => this.guard?.restore())) ?? {};
      if (restored.length + moved.length > 0) {
        this.log.record({ event: "run.guard_restored", restored: [...restored], moved: [...moved] });
      }
      return undefined;
    } catch (error) {
      const reason = `the guard against pushes could not be restored: ${(error as Error).message}`;
      const failure = shortageIn(error) === undefined ? "io" : "resources";
      return { status: "error", failure, reason: oneLine(reason) };
    }
  }

  private async awaitResources({ outcome, starvations }: VerifyInput, signal: AbortSignal): Promise<void> {
    const wait_s = delayBeforeRetry(outcome, starvations, this.job.config, Math.random());
    await sleep(wait_s * 1000, undefined, { signal }).catch(() => {});
  }

  private async backOff(
    { id: task, attempt, outcome, count }: BackoffInput,
    signal: AbortSignal,
  ): Promise<void> {
    this.writers.leave(task);
    const wait_s = delayBeforeRetry(outcome, count, this.job.config, Math.random());
    this.log.record({
      event: "task.waiting",
      task,
      attempt,
      reason: outcome.reason ?? outcome.failure ?? outcome.status,
      wait_s: Math.round(wait_s * 1000) / 1000,
      until: new Date(Date.now() + wait_s * 1000).toISOString(),
    });
    // A rejection means that the task was cancelled, and nobody waits for this any more.
    await sleep(Math.min(wait_s * 1000, longestTimerMs), undefined, { signal }).catch(() => {});
  }

  private readonly graceMs = (): number => (this.isKilling ? 0 : this.job.config.grace * 1000);

  private taskOf(id: string): JobTask {
    const task = this.tasks.get(id);
    if (!task) throw new Error(`unknown task ${id}`);
    return task;
  }

  private contextOf(jobTask: JobTask): AttemptContext {
    const task = jobTask.task.id;
    const controller = new AbortController();
    this.controllers.set(task, controller);
    return {
      job: this.job,
      jobTask,
      directory: this.directory,
      signal: controller.signal,
      graceMs: this.graceMs,
      beside: [],
      onProgress: (text) => this.log.notify({ event: "task.progress", task, text }),
    };
  }
}

/** Seconds of monotonic time, to the millisecond. */
export function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}
