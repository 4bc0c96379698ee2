import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import * as v from "valibot";
import { UsageError } from "../problem.ts";
import { processStart } from "../process/process-start.ts";

/** What the tasks of a run may write. */
const claimSchema = v.object({
  /** The directory that they work in. */
  project: v.string(),
  /** The paths that they declare; without any they may write everywhere. */
  files: v.array(v.string()),
  /** The runs whose tasks started this one, the outermost first. */
  within: v.array(v.string()),
});
export type Claim = v.InferOutput<typeof claimSchema>;

const holderSchema = v.object({
  pid: v.number(),
  start: v.string(),
  host: v.string(),
  /** Null before anything is claimed; absent in a lock of 0.1.0, whose claim is unknown. */
  claim: v.optional(v.nullable(claimSchema)),
});
type Holder = v.InferOutput<typeof holderSchema>;

/** A lock, such as that of a run, held by this process. */
export interface Lock {
  /** Writes into the lock what its holder claims. Throws the error of the file system. */
  readonly claim: (claim: Claim) => Promise<void>;
  readonly release: () => Promise<void>;
}

/** How long to wait for a lock that is held for moments only, and how long between two looks. */
const patienceMs = 10_000;
const pollMs = 5;

/**
 * Takes the lock at a path, or returns the pid of the living process that holds it. The lock of a dead process is taken
 * over, even if its pid now belongs to another process. Throws the error of the file system.
 */
export async function takeLock(path: string): Promise<Lock | { readonly heldBy: number }> {
  const mine = `${path}.${process.pid}-${randomUUID()}`;
  await writeHolder(mine, null);
  try {
    for (;;) {
      try {
        // A link is made whole or not at all, and only one of several processes makes it.
        await link(mine, path);
        return lockAt(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const text = await textOf(path);
      // Released meanwhile.
      if (text === undefined) continue;
      const holder = holderIn(text);
      if (isAlive(holder)) return { heldBy: holder.pid };
      await removeDead(path);
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** Waits for a lock that is held for moments only. Throws UsageError if another process holds it for too long. */
export async function waitForLock(path: string): Promise<Lock> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const lock = await takeLock(path);
    if (!("heldBy" in lock)) return lock;
    if (performance.now() > until) {
      throw new UsageError(
        `process ${lock.heldBy} has held ${path} for too long`,
        `stop it with \`kill ${lock.heldBy}\`, then try again`,
      );
    }
    await wait(pollMs);
  }
}

/**
 * Removes a dead process's lock. Only the process that holds the lock of that name with `.next` may do so: another one
 * could remove the lock that a faster process has taken in the meantime.
 */
async function removeDead(path: string): Promise<void> {
  const next = await takeLock(`${path}.next`);
  if ("heldBy" in next) {
    await wait(pollMs);
    return;
  }
  try {
    // Read once: a lock that is gone may be another process's by the time of a second look.
    const text = await textOf(path);
    if (text !== undefined && !isAlive(holderIn(text))) await rm(path, { force: true });
  } finally {
    await next.release();
  }
}

const writeHolder = (path: string, claim: Claim | null): Promise<void> =>
  writeFile(path, JSON.stringify({ ...ourselves(), claim }), { flag: "wx", mode: 0o600 });

/** The lock at a path, released at most once: a second time it may be another process's. */
function lockAt(path: string): Lock {
  let released: Promise<void> | undefined;
  return {
    claim: async (claim) => {
      const next = `${path}.${process.pid}-${randomUUID()}`;
      await writeHolder(next, claim);
      await rename(next, path);
    },
    release: () => {
      released ??= rm(path, { force: true });
      return released;
    },
  };
}

/** Returns the pid of the living process that holds a lock; undefined if none does. */
export const lockHolder = async (path: string): Promise<number | undefined> => (await readLock(path))?.pid;

/** Returns the living holder of a lock with its claim; undefined if there is none. */
export async function readLock(path: string): Promise<Pick<Holder, "pid" | "claim"> | undefined> {
  const text = await textOf(path);
  const holder = text === undefined ? undefined : holderIn(text);
  return isAlive(holder) ? holder : undefined;
}

const ourselves = (): Holder => ({
  pid: process.pid,
  start: processStart(process.pid) ?? "",
  host: hostname(),
});

/** Returns the text of a file; undefined if there is none. */
const textOf = (path: string): Promise<string | undefined> =>
  readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });

function holderIn(text: string): Holder | undefined {
  try {
    const parsed = v.safeParse(holderSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a lock has a holder that is alive; one of another machine counts as alive. */
const isAlive = (holder: Holder | undefined): holder is Holder =>
  holder !== undefined && (holder.host !== hostname() || processStart(holder.pid) === holder.start);
