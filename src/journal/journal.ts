import { type FileHandle, open } from "node:fs/promises";
import type { RunEvent } from "../../schemas/event.ts";

/** The version of the journal's lines. */
export const journalVersion = 1;

/** A run's append-only record: a JSON object a line, `{v, ...event}`, in the order of the calls. */
export class Journal {
  private last: Promise<void> = Promise.resolve();
  private constructor(private readonly handle: FileHandle) {}

  /** Throws the error of the file system. */
  static async open(path: string): Promise<Journal> {
    return new Journal(await open(path, "a"));
  }

  /** Resolves once the event, and all before it, is on disk; rejects with the error of the file system. */
  append(event: RunEvent): Promise<void> {
    const line = `${JSON.stringify({ v: journalVersion, ...event })}\n`;
    this.last = this.last.then(async () => {
      await this.handle.appendFile(line);
      await this.handle.datasync();
    });
    // Whoever waits for this append hears of a failure; the chain itself must not count as unhandled.
    this.last.catch(() => {});
    return this.last;
  }

  async close(): Promise<void> {
    await this.last.catch(() => {});
    await this.handle.close();
  }
}
