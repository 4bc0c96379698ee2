import { type JournalLine, journalLine } from "../../src/history/journal-line.ts";
import { RunState } from "../../src/history/run-state.ts";
import { embedded } from "./embedded.ts";

/** The journal as far as it has come, and the moment that is looked at: the latest, or some line before it. */
export class Store {
  readonly lines: JournalLine[] = [];
  /** After how many lines; none for the latest. */
  step: number | undefined;
  alive: boolean | undefined;
  connected = false;
  private readonly latest = new RunState();
  private past: { readonly step: number; readonly view: RunState } | undefined;
  private told = false;
  private readonly listeners = new Set<() => void>();

  /** Told at most once a frame. Gives what ends it. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get view(): RunState {
    if (this.step === undefined) return this.latest;
    if (this.past?.step !== this.step) {
      this.past = { step: this.step, view: new RunState(this.lines.slice(0, this.step)) };
    }
    return this.past.view;
  }

  /** Lines up to the moment that is looked at. */
  get count(): number {
    return this.step ?? this.lines.length;
  }

  goTo(step: number | undefined): void {
    const last = this.lines.length;
    this.step = step === undefined || step >= last ? undefined : Math.max(1, step);
    this.tell();
  }

  follow(): void {
    if (embedded) {
      this.alive = embedded.alive ? undefined : false;
      this.take(embedded.journal);
      return;
    }
    const source = new EventSource("./api/events");
    source.onopen = () => {
      this.connected = true;
      this.tell();
    };
    source.onerror = () => {
      this.connected = false;
      this.tell();
    };
    source.onmessage = ({ data }) => this.take(JSON.parse(data));
    source.addEventListener("alive", ({ data }) => {
      this.alive = data === "true";
      this.tell();
    });
  }

  private take(texts: readonly string[]): void {
    for (const text of texts) {
      const line = journalLine(text);
      this.lines.push(line);
      if (line.event) this.latest.apply(line.event);
    }
    this.tell();
  }

  private tell(): void {
    if (this.told) return;
    this.told = true;
    requestAnimationFrame(() => {
      this.told = false;
      for (const listener of this.listeners) listener();
    });
  }
}
