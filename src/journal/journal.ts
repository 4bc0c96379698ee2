import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, type FileHandle, lstat, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { RunEvent } from "../../schemas/event.ts";
import { lineOf } from "../history/journal-line.ts";
import { makePrivatePath } from "../text/private-files.ts";
import { findTampering } from "./tampering.ts";

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;
const existing = O_RDWR | O_APPEND | O_NOFOLLOW;
const fresh = existing | O_CREAT | O_EXCL;

/** Something that changes the journal again and again is a reason to stop. */
const mostRestorations = 100;

/** A journal that is continued. */
export interface JournalSoFar {
  /** Its complete lines. */
  readonly bytes: Buffer;
  /** The number of its next line. */
  readonly next: number;
  /** If it is damaged, the events that a new one begins with. */
  readonly instead?: readonly RunEvent[];
}

/**
 * The append-only record of a run: one line for each event, in the order of the calls. It stays in memory, too, so that
 * a file that something else has changed can be written anew; that takes as many bytes as the file.
 */
export class Journal {
  /** Called with what happened to the file once it was written anew. */
  onRestored: (reason: string) => void = () => {};
  private last: Promise<void> = Promise.resolve();
  private pending: string[] = [];
  private readonly kept: Buffer[] = [];
  private size = 0;
  private restorations = 0;
  /** When the open file last changed by this process. */
  private changed: bigint | undefined;

  private constructor(
    private readonly path: string,
    private handle: FileHandle,
    private next: number,
  ) {}

  /** Creates a journal. Throws the error of the file system, also if there is one. */
  static async create(path: string): Promise<Journal> {
    return new Journal(path, await open(path, fresh, 0o600), 1);
  }

  /** Opens a journal to continue it; a damaged one is kept beside the new one. Throws the error of the file system. */
  static async continue(path: string, { bytes, next, instead }: JournalSoFar): Promise<Journal> {
    const handle = await open(path, existing);
    const journal = new Journal(path, handle, instead ? instead.length + 1 : next);
    try {
      if (instead) {
        journal.keep(Buffer.from(instead.map((event, at) => `${lineOf(event, at + 1)}\n`).join("")));
        await keepDamaged(path);
        await journal.writeAnew();
      } else {
        journal.keep(bytes);
        await handle.truncate(bytes.length);
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    return journal;
  }

  /** Resolves once the event, and all before it, is on disk; rejects with the error of the file system. */
  append(event: RunEvent): Promise<void> {
    this.pending.push(`${lineOf(event, this.next)}\n`);
    this.next += 1;
    // Events that came while the last batch was being synced share one write and one sync.
    this.last = this.last.then(() => this.flush());
    // The caller of this append sees a failure; the chain itself must not count as unhandled.
    this.last.catch(() => {});
    return this.last;
  }

  async close(): Promise<void> {
    await this.last.catch(() => {});
    await this.handle.close();
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.from(this.pending.join(""));
    this.pending = [];
    if (bytes.length === 0) return;
    const before = await this.facts();
    const wasTouched = this.changed !== undefined && before.ctimeNs !== this.changed;
    await this.handle.appendFile(bytes);
    await this.handle.datasync();
    this.keep(bytes);
    const reason = await this.findTampering(wasTouched);
    if (reason === undefined) return;
    await this.restore(reason);
    this.onRestored(`the journal ${reason}`);
  }

  private async findTampering(wasTouched: boolean): Promise<string | undefined> {
    const facts = await this.facts();
    this.changed = facts.ctimeNs;
    const atPath = await lstat(this.path, { bigint: true }).catch(ignoreMissing);
    return findTampering(atPath, facts, BigInt(this.size), wasTouched, () => this.isAsWritten());
  }

  private facts = () => this.handle.stat({ bigint: true });

  /** Adds bytes to those in memory, as few buffers that shrink towards the end. */
  private keep(bytes: Buffer): void {
    this.size += bytes.length;
    let last = bytes;
    for (let before = this.kept.at(-1); before && before.length <= last.length; before = this.kept.at(-1)) {
      last = Buffer.concat([before, last]);
      this.kept.pop();
    }
    this.kept.push(last);
  }

  private async isAsWritten(): Promise<boolean> {
    let position = 0;
    for (const bytes of this.kept) {
      const found = Buffer.alloc(bytes.length);
      await this.handle.read(found, 0, found.length, position);
      if (!found.equals(bytes)) return false;
      position += bytes.length;
    }
    return true;
  }

  /** Writes the journal anew until it stays in its place. Throws an error that says why it is impossible. */
  private async restore(reason: string): Promise<void> {
    try {
      for (let now: string | undefined = reason; now !== undefined; now = await this.findTampering(false)) {
        this.restorations += 1;
        if (this.restorations > mostRestorations) throw new Error("it was changed too often");
        await this.writeAnew();
      }
    } catch (error) {
      throw new Error(`it ${reason}, and could not be restored: ${(error as Error).message}`);
    }
  }

  /** Puts a whole new file in the journal's place. */
  private async writeAnew(): Promise<void> {
    const folder = dirname(this.path);
    const beside = `${this.path}.${randomUUID()}`;
    await makePrivatePath(folder);
    const handle = await open(beside, fresh, 0o600);
    try {
      for (const bytes of this.kept) await handle.appendFile(bytes);
      await handle.sync();
      await rename(beside, this.path);
      await syncFolder(folder);
    } catch (error) {
      await handle.close();
      await rm(beside, { force: true });
      throw error;
    }
    await this.handle.close();
    this.handle = handle;
  }
}

/** Copies a damaged journal to the first free name beside it. */
async function keepDamaged(path: string): Promise<void> {
  for (let number = 1; ; number += 1) {
    const copy = path.replace(/\.jsonl$/, `.damaged-${number}.jsonl`);
    try {
      return await copyFile(path, copy, constants.COPYFILE_EXCL);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  await handle.sync().finally(() => handle.close());
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}
