import { lstatSync, readdirSync } from "node:fs";
import { chmod, cp, lstat, mkdir, readFile, rm } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { endsOfFile } from "../text/ends-of-file.ts";
import { exists } from "../text/on-disk.ts";
import { makePrivateFolder, replacePrivateFile } from "../text/private-files.ts";
import { gitScript, hookNames, hookScript } from "./guard-scripts.ts";
import { readGit } from "./working-tree.ts";

/** What was found changed in the guard's folder. */
export interface GuardChanges {
  /** Files of the guard that were changed or removed, and are back. */
  readonly restored: readonly string[];
  /** Files of installers that are in the repository's own folder of hooks now. */
  readonly moved: readonly string[];
}

/** The guard's programs, by their paths in its folder. */
const scripts: ReadonlyMap<string, string> = new Map([
  ...hookNames.map((name) => [name, hookScript] as const),
  ["bin/git", gitScript],
]);

/** The hooks that refuse a push, in a folder of their own. */
export class PushGuard {
  /** The state of the folder when it was last in order. */
  private inOrder: string | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly projectDir: string,
  ) {}

  /**
   * Writes what is missing or changed, one call after the other. Other files come from installers of hooks: they are
   * moved to the repository's own folder of hooks, unless that has one of the name. Rejects with the error of the file
   * system.
   */
  restore(): Promise<GuardChanges> {
    const restored = this.last.then(() => this.restoreNow());
    this.last = restored.catch(() => {});
    return restored;
  }

  private async restoreNow(): Promise<GuardChanges> {
    const restored: string[] = [];
    const moved: string[] = [];
    if (this.state() === this.inOrder) return { restored, moved };
    for (const folder of [this.folder, join(this.folder, "bin")]) await makeFolder(folder);
    for (const name of new Set([...scripts.keys(), ...namesIn(this.folder)])) {
      if (name === "bin" || (await this.isInOrder(name))) continue;
      if (scripts.has(name)) restored.push(name);
      if (await this.moveToRepository(name)) moved.push(name);
      await this.write(name);
    }
    this.inOrder = this.state();
    return { restored, moved };
  }

  private async isInOrder(name: string): Promise<boolean> {
    const path = join(this.folder, name);
    const facts = await lstat(path).catch(() => undefined);
    if (!facts?.isFile() || (facts.mode & 0o777) !== 0o700) return false;
    return scripts.has(name) && (await readFile(path, "utf8")) === scripts.get(name);
  }

  /** Copies a foreign file to the repository's own hooks. Resolves with whether it is there now. */
  private async moveToRepository(name: string): Promise<boolean> {
    const path = join(this.folder, name);
    const text = await readFile(path, "utf8").catch((error) =>
      error.code === "EISDIR" ? "a folder" : undefined,
    );
    if (!text || text === hookScript || name.includes("/")) return false;
    const own = (await readGit(this.projectDir, ["rev-parse", "--git-path", "hooks"]))?.replace(/\n$/, "");
    const target = own && join(resolve(this.projectDir, own), name);
    if (!target || (await exists(target))) return false;
    await mkdir(dirname(target), { recursive: true });
    await cp(path, target, { recursive: true, errorOnExist: true, force: false });
    return true;
  }

  private async write(name: string): Promise<void> {
    const path = join(this.folder, name);
    await rm(path, { recursive: true, force: true });
    const script = scripts.get(name);
    if (script === undefined) return;
    await replacePrivateFile(path, script);
    await chmod(path, 0o700);
  }

  /** What lies in the folder, each with what changes when it is written to. */
  private state(): string {
    const names = [".", ...namesIn(this.folder), "bin/git"];
    return names.map((name) => `${name} ${factsOf(join(this.folder, name))}`).join("\n");
  }
}

/** Makes a private folder, in place of anything else that has its name. */
async function makeFolder(path: string): Promise<void> {
  const facts = await lstat(path).catch(() => undefined);
  if (facts && !facts.isDirectory()) await rm(path, { force: true });
  await makePrivateFolder(path);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function factsOf(path: string): string {
  try {
    const { ino, mode, size, ctimeNs } = lstatSync(path, { bigint: true });
    return `${ino} ${mode} ${size} ${ctimeNs}`;
  } catch {
    return "missing";
  }
}

/**
 * The variables that make git use the guard's hooks in a process and everything that it starts. No repository is
 * changed, and nothing is left behind when the processes have ended. Settings that `env` already has in the same form
 * are kept. `pushes` is the file that records refused pushes.
 */
export function pushGuardEnv(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  pushes: string,
): Record<string, string> {
  const configured = Number.parseInt(env.GIT_CONFIG_COUNT ?? "", 10);
  const count = Number.isInteger(configured) && configured > 0 ? configured : 0;
  return {
    GIT_CONFIG_COUNT: String(count + 1),
    [`GIT_CONFIG_KEY_${count}`]: "core.hooksPath",
    [`GIT_CONFIG_VALUE_${count}`]: folder,
    INTERSERVE_PUSHES: pushes,
    ...(env.PATH ? { PATH: [join(folder, "bin"), env.PATH].join(delimiter) } : {}),
  };
}

/** Reads the remotes that an attempt tried to push to, each with name and address. */
export async function refusedPushes(pushes: string): Promise<string[]> {
  // Any process of the attempt may have put anything there.
  const ends = await endsOfFile(pushes, () => ({ head: 64 * 1024, tail: 0 }));
  const text = ends?.head ?? "";
  return text.split("\n").filter((line) => line !== "");
}
