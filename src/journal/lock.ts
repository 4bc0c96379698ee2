import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import * as v from "valibot";
import { processStart } from "../process/process-start.ts";

const holderSchema = v.object({ pid: v.number(), start: v.string(), host: v.string() });
type Holder = v.InferOutput<typeof holderSchema>;

/** The lock of a run, held by this process. */
export interface Lock {
  readonly release: () => Promise<void>;
}

/**
 * Takes the lock at a path, or returns the pid of the living process that holds it. The lock of a dead process is taken
 * over, even if its pid now belongs to another process. Throws the error of the file system.
 */
export async function takeLock(path: string): Promise<Lock | { readonly heldBy: number }> {
  const mine = `${path}.${process.pid}-${randomUUID()}`;
  await writeFile(mine, JSON.stringify(ourselves()), { flag: "wx", mode: 0o600 });
  try {
    for (;;) {
      try {
        // A link is made whole or not at all, and only one of several processes makes it.
        await link(mine, path);
        return lockAt(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = await readHolder(path);
      // A lock that was released meanwhile is not moved away: by now another process may have taken it.
      if (holder === "missing") continue;
      if (isAlive(holder)) return { heldBy: holder.pid };
      await moveAway(path, `${mine}.stale`);
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** Removes a dead process's lock. If a faster process has put its own there by now, that one is put back. */
async function moveAway(path: string, aside: string): Promise<void> {
  await rename(path, aside).catch(ignoreMissing);
  const moved = await readHolder(aside);
  if (isAlive(moved)) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/** The lock at a path, released at most once: a second time it may be another process's. */
function lockAt(path: string): Lock {
  let released: Promise<void> | undefined;
  return {
    release: () => {
      released ??= rm(path, { force: true });
      return released;
    },
  };
}

/** Returns the pid of the living process that holds a lock; undefined if none does. */
export async function lockHolder(path: string): Promise<number | undefined> {
  const holder = await readHolder(path);
  return isAlive(holder) ? holder.pid : undefined;
}

const ourselves = (): Holder => ({
  pid: process.pid,
  start: processStart(process.pid) ?? "",
  host: hostname(),
});

/** Reads who holds a lock; undefined for a file that is not a lock. */
async function readHolder(path: string): Promise<Holder | "missing" | undefined> {
  try {
    const parsed = v.safeParse(holderSchema, JSON.parse(await readFile(path, "utf8")));
    return parsed.success ? parsed.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "missing";
    throw error;
  }
}

/** Whether there is a holder, and it is alive; one of another machine counts as alive. */
const isAlive = (holder: Holder | "missing" | undefined): holder is Holder =>
  typeof holder === "object" && (holder.host !== hostname() || processStart(holder.pid) === holder.start);

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
