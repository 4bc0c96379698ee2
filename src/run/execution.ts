import { attemptOf, numberOf, outcomesOf } from "../../machines/orchestrator-context.ts";
import { countStatuses } from "../../schemas/event.ts";
import { isDone, type Outcome } from "../../schemas/outcome.ts";
import type { Job } from "../job/job.ts";
import { graphOf } from "../job/overview.ts";
import { type LeftAnswer, watchAnswers } from "../journal/answers.ts";
import type { Journal } from "../journal/journal.ts";
import type { Lock } from "../journal/lock.ts";
import type { RunDirectory } from "../journal/run-directory.ts";
import { RunError } from "../problem.ts";
import { Attempts, secondsSince } from "./attempts.ts";
import { Budget } from "./budget.ts";
import { EventLog } from "./event-log.ts";
import type { RunHandle, RunOptions, RunResult } from "./handle.ts";
import { createOrchestrator } from "./orchestrator.ts";
import { Questions } from "./questions.ts";
import type { Resumption } from "./resume.ts";

/** Runs the machines: provides their actors and turns what they emit into events. */
export class RunExecution implements RunHandle {
  readonly run: string;
  readonly directory: string;
  readonly finished: Promise<RunResult>;
  private readonly begun = performance.now();
  private readonly log: EventLog;
  private readonly budget: Budget;
  private readonly attempts: Attempts;
  private readonly questions: Questions;
  private readonly actor: ReturnType<typeof createOrchestrator>;

  constructor(
    private readonly job: Job,
    private readonly place: RunDirectory,
    private readonly lock: Lock,
    journal: Journal,
    options: RunOptions,
    private readonly resumed?: Resumption,
  ) {
    this.run = place.run;
    this.directory = place.path;
    this.log = new EventLog(
      this.run,
      journal,
      (event) => options.onEvent?.(event),
      (reason) => this.actor.send({ type: "run.cancel", reason }),
    );
    this.budget = new Budget(job.options, (reason) => this.withhold(reason));
    this.attempts = new Attempts(job, place, this.log, this.budget);
    this.questions = new Questions(options, this.log, (event) => this.actor.send(event));
    this.actor = createOrchestrator(job, this.attempts, this.questions, options);
    this.finished = this.execute();
  }

  cancel(reason: string, exitCode?: number): void {
    this.actor.send({ type: "run.cancel", reason, exitCode });
  }

  killNow(): void {
    this.attempts.killNow();
  }

  answer(answer: LeftAnswer): boolean {
    const snapshot = this.actor.getSnapshot();
    const { task, attempt, text } = answer;
    const isOpen = snapshot.can({ type: "task.answer", task, text });
    if (!isOpen || attemptOf(snapshot.context, numberOf(snapshot.context, task)) !== attempt) return false;
    return this.questions.answer(answer);
  }

  /** Starts the machines and records what they emit, until every task has settled. */
  private async execute(): Promise<RunResult> {
    const { actor, log } = this;
    this.recordStart();
    actor.on("task.ready", ({ task }) => log.record({ event: "task.ready", task }));
    actor.on("task.settled", ({ task, outcome }) => this.recordSettled(task, outcome));
    actor.on("run.throttled", ({ limit, reason }) => log.record({ event: "run.throttled", limit, reason }));
    actor.on("run.cancelled", ({ reason }) => log.record({ event: "run.cancelled", reason }));
    const answers = watchAnswers(this.place.answers, (answer) => this.answer(answer));
    try {
      await new Promise<void>((resolve, reject) => {
        actor.on("run.settled", () => resolve());
        actor.subscribe({ error: reject });
        actor.start();
      }).finally(() => this.attempts.endKept());
      const result = await this.recordEnd();
      if (log.broken) throw new RunError(log.brokenReason, `continue with \`interserve resume ${this.run}\``);
      if (log.listenerError !== undefined) throw log.listenerError;
      return result;
    } finally {
      answers.close();
      this.attempts.endAll();
      await log.close();
      await this.lock.release();
    }
  }

  private recordStart(): void {
    const { job, log, resumed } = this;
    const facts = {
      manifest: job.manifestFile,
      ...(job.plan ? { plan: job.plan.file } : {}),
      directory: this.directory,
      ...graphOf(job),
    };
    if (!resumed) {
      log.record({ event: "run.started", ...facts, options: job.options });
      return;
    }
    log.record({
      event: "run.resumed",
      ...facts,
      kept: [...resumed.kept],
      again: [...resumed.again],
      ...(resumed.renamed.length > 0 ? { renamed: [...resumed.renamed] } : {}),
    });
    this.restore(resumed);
  }

  /** Counts what the run has used before, and settles what a crash left without its last event. */
  private restore({ past: { history }, restored }: Resumption): void {
    this.budget.restore(this.job.tasks, history);
    for (const [number, { outcome }] of restored) {
      const id = this.job.tasks[number]?.task.id;
      if (!outcome || id === undefined) continue;
      this.attempts.restore(id, this.begun);
      if (!history.task(id)?.status) this.recordSettled(id, outcome);
    }
  }

  private withhold(reason: string): void {
    this.log.record({ event: "run.withheld", reason });
    this.actor.send({ type: "run.withhold", reason: `the budget is used up: ${reason}` });
  }

  private recordSettled(task: string, { status, reason }: Outcome): void {
    this.attempts.settled(task);
    const duration_s = this.attempts.durationOf(task);
    const { context } = this.actor.getSnapshot();
    const attempt = attemptOf(context, numberOf(context, task));
    this.log.record({
      event: "task.settled",
      task,
      status,
      duration_s: duration_s ?? 0,
      ...(reason === undefined ? {} : { reason }),
      ...(duration_s === undefined ? {} : { artifacts: this.place.attempt(task, attempt) }),
    });
  }

  private async recordEnd(): Promise<RunResult> {
    const { context } = this.actor.getSnapshot();
    const outcomes = outcomesOf(context);
    const statuses = [...outcomes.values()].map(({ status }) => status);
    const counts = countStatuses(statuses);
    const exitCode = context.cancelled?.exitCode ?? (statuses.every(isDone) ? 0 : 1);
    await this.log.record({
      event: "run.finished",
      counts,
      exit_code: exitCode,
      duration_s: secondsSince(this.begun),
      ...this.budget.total,
    });
    return { run: this.run, directory: this.directory, outcomes, counts, exitCode };
  }
}
