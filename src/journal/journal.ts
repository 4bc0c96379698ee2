import { type FileHandle, open } from "node:fs/promises";
import { journalVersion, type RunEvent } from "../../schemas/event.ts";

/** A run's append-only record: a JSON object a line, `{v, ...event}`, in the order of the calls. */
export class Journal {
  private last: Promise<void> = Promise.resolve();
  private pending: string[] = [];
  private constructor(private readonly handle: FileHandle) {}

  /** Opens a journal to append to, cut to its first `length` bytes where that is given. Throws the system's error. */
  static async open(path: string, length?: number): Promise<Journal> {
    const handle = await open(path, "a");
    try {
      if (length !== undefined) await handle.truncate(length);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new Journal(handle);
  }

  /** Resolves once the event, and all before it, is on disk; rejects with the error of the file system. */
  append(event: RunEvent): Promise<void> {
    this.pending.push(`${JSON.stringify({ v: journalVersion, ...event })}\n`);
    this.last = this.last.then(async () => {
      // What has gathered while the last batch was being synced goes in one write and one sync.
      const lines = this.pending.join("");
      this.pending = [];
      if (lines === "") return;
      await this.handle.appendFile(lines);
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
