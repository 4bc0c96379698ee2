import type { RunEvent, RunEventBody } from "../../schemas/event.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import { currentMoment } from "../history/clock.ts";
import type { Journal } from "../journal/journal.ts";

/** Writes a run's events to its journal, then passes them to a listener, in order. */
export class EventLog {
  /** Why the journal could not be written. */
  broken: Error | undefined;
  /** The first error that the listener threw: it must neither end the run nor get lost. */
  listenerError: unknown;
  private delivered: Promise<void> = Promise.resolve();

  constructor(
    private readonly run: string,
    private readonly journal: Journal,
    private readonly listener: (event: RunEvent) => void,
    /** Called once, when the journal cannot be written. */
    private readonly onBroken: (reason: string) => void,
  ) {
    journal.onRestored = (reason) => this.record({ event: "run.journal_restored", reason });
  }

  /** Journals an event, then passes it on; resolves when both are done. */
  record(body: RunEventBody): Promise<void> {
    const event = this.stamp(body);
    const written = this.journal.append(event).catch((error: Error) => this.breakOff(error));
    this.delivered = Promise.all([this.delivered, written]).then(() => this.deliver(event));
    return this.delivered;
  }

  /** Passes on an event that the journal does not keep. */
  notify(body: RunEventBody): void {
    const event = this.stamp(body);
    this.delivered = this.delivered.then(() => this.deliver(event));
  }

  /** Returns an outcome as it is, or as an error if it could not be journaled: nobody would know of it after a crash. */
  confirm(outcome: Outcome): Outcome {
    if (!this.broken) return outcome;
    return { ...outcome, status: "error", failure: "io", reason: this.brokenReason };
  }

  get brokenReason(): string {
    return `the journal could not be written: ${this.broken?.message}`;
  }

  async close(): Promise<void> {
    await this.delivered;
    await this.journal.close();
  }

  private breakOff(error: Error): void {
    if (this.broken) return;
    this.broken = error;
    this.onBroken(this.brokenReason);
  }

  private deliver(event: RunEvent): void {
    try {
      this.listener(event);
    } catch (error) {
      this.listenerError ??= error;
    }
  }

  private stamp(body: RunEventBody): RunEvent {
    const { wall, monotonic_s } = currentMoment();
    return { ...body, at: new Date(wall).toISOString(), run: this.run, monotonic_s } as RunEvent;
  }
}
