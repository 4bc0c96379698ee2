import { type JournalLine, journalLine } from "../../src/history/journal-line.ts";
import { RunState } from "../../src/history/run-state.ts";
import { embedded } from "./embedded.ts";

/** A run's journal as far as it has been received, and the moment that the page shows: the latest or an earlier one. */
export class Store {
  readonly lines: JournalLine[] = [];
  /** The number of lines up to an earlier moment; undefined while the latest is shown. */
  step: number | undefined;
  /** Whether a process executes the run; undefined if that is unknown. */
  alive: boolean | undefined;
  connected = false;
  private readonly latest = new RunState();
  private earlier: { readonly step: number; readonly run: RunState } | undefined;
  private isNotifying = false;
  private readonly listeners = new Set<() => void>();

  /** Calls a listener after changes, at most once a frame. Returns a function that ends this. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The run at the shown moment. */
  get run(): RunState {
    if (this.step === undefined) return this.latest;
    if (this.earlier?.step !== this.step) {
      this.earlier = { step: this.step, run: new RunState(this.lines.slice(0, this.step)) };
    }
    return this.earlier.run;
  }

  /** The number of lines up to the shown moment. */
  get count(): number {
    return this.step ?? this.lines.length;
  }

  /** Shows the moment after so many lines, or the latest. */
  goTo(step: number | undefined): void {
    const last = this.lines.length;
    this.step = step === undefined || step >= last ? undefined : Math.max(1, step);
    this.notify();
  }

  /** Reads the journal in this page, or else receives the server's until the page is closed. */
  connect(): void {
    if (embedded) {
      this.alive = embedded.alive ? undefined : false;
      this.append(embedded.journal);
      return;
    }
    const source = new EventSource("./api/events");
    const setConnected = (connected: boolean) => () => {
      this.connected = connected;
      this.notify();
    };
    source.onopen = setConnected(true);
    source.onerror = setConnected(false);
    source.onmessage = ({ data }) => this.append(JSON.parse(data));
    source.addEventListener("alive", ({ data }) => {
      this.alive = data === "true";
      this.notify();
    });
  }

  private append(texts: readonly string[]): void {
    for (const text of texts) {
      const line = journalLine(text);
      this.lines.push(line);
      if (line.event) this.latest.apply(line.event);
    }
    this.notify();
  }

  private notify(): void {
    if (this.isNotifying) return;
    this.isNotifying = true;
    requestAnimationFrame(() => {
      this.isNotifying = false;
      for (const listener of this.listeners) listener();
    });
  }
}
