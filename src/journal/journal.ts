import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { journalVersion, type RunEvent } from "../../schemas/event.ts";

const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_EXCL } = constants;

/** The append-only record of a run: one line of JSON for each event, `{v, ...event}`, in the order of the calls. */
export class Journal {
  private last: Promise<void> = Promise.resolve();
  private pending: string[] = [];
  private constructor(private readonly handle: FileHandle) {}

  /** Creates a journal, or with `length` opens one to append to, cut to its first `length` bytes. Throws the error of the file system. */
  static async open(path: string, length?: number): Promise<Journal> {
    const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | (length === undefined ? O_EXCL : 0);
    const handle = await open(path, flags, 0o600);
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
      // Events that came while the last batch was being synced share one write and one sync.
      const lines = this.pending.join("");
      this.pending = [];
      if (lines === "") return;
      await this.handle.appendFile(lines);
      await this.handle.datasync();
    });
    // The caller of this append sees a failure; the chain itself must not count as unhandled.
    this.last.catch(() => {});
    return this.last;
  }

  async close(): Promise<void> {
    await this.last.catch(() => {});
    await this.handle.close();
  }
}
