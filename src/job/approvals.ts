import { createHash } from "node:crypto";
import { readFile, realpath, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { findRepository, knowsWorkingTree } from "../git/repository.ts";
import { projectNames, projectRecord } from "../journal/project-record.ts";
import { stateDirectory } from "../journal/state-directory.ts";
import { UsageError } from "../problem.ts";
import { makePrivatePath, replacePrivateFile } from "../text/private-files.ts";
import type { GrantedSetting } from "./granted-settings.ts";

/** The variable that approves the configuration of every project, for CI, where no person can. */
export const trustVariable = "INTERSERVE_TRUST";

export const trustsAll = (env: NodeJS.ProcessEnv): boolean =>
  env[trustVariable] === "1" || env[trustVariable] === "true";

const approvalSchema = v.object({
  /** Of the settings: an approval holds for what it was given for. */
  hash: v.string(),
  /** When it was given, as an ISO date. */
  at: v.string(),
  /** The project directory in which it was given. */
  directory: v.string(),
  settings: v.array(v.tuple([v.string(), v.unknown()])),
});
const approvalsSchema = v.object({ approvals: v.array(approvalSchema) });

/** The user's approval of the settings of a project's configuration. */
export type Approval = v.InferOutput<typeof approvalSchema>;

const fileName = "approvals.json";

/** The approvals of one repository, or of a project directory outside any. They are kept in the state directory. */
export class Approvals {
  private constructor(
    private readonly projectDir: string,
    /** Whether approvals that were given in other directories of the repository hold here, too. */
    private readonly sharesAll: boolean,
    /** Undefined without a state directory. */
    private readonly file: string | undefined,
    readonly all: readonly Approval[],
  ) {}

  /** Reads the approvals of a project; `stateDir` is the user's `state_dir`. */
  static async of(projectDir: string, env: NodeJS.ProcessEnv, stateDir?: string): Promise<Approvals> {
    const record = await projectRecord(projectDir, { env, stateDir });
    // Never in the git directory, where agents, or whoever packed the project, could write them.
    const folder = record.stateDir === undefined ? undefined : record.folders[0];
    const file = folder === undefined ? undefined : join(folder, fileName);
    const repository = await findRepository(projectDir);
    const sharesAll = repository === undefined || (await knowsWorkingTree(repository));
    const real = await realpath(projectDir).catch(() => projectDir);
    return new Approvals(real, sharesAll, file, file === undefined ? [] : await readApprovals(file));
  }

  includes(settings: readonly GrantedSetting[]): boolean {
    const hash = hashOf(settings);
    return this.all.some(
      (approval) => approval.hash === hash && (this.sharesAll || approval.directory === this.projectDir),
    );
  }

  /** Whether one of the settings was approved before, perhaps with another value. */
  hasEarlier(settings: readonly GrantedSetting[]): boolean {
    const keys = new Set(this.all.flatMap((approval) => approval.settings.map(([key]) => key)));
    return settings.some(({ key }) => keys.has(key));
  }

  /** Approves settings. Throws UsageError without a state directory, and the error of the file system. */
  async add(settings: readonly GrantedSetting[]): Promise<void> {
    if (this.file === undefined) {
      throw new UsageError(
        "the approval cannot be stored: there is no home directory",
        `set INTERSERVE_STATE_DIR, or ${trustVariable}=1 to approve the configuration for one command`,
      );
    }
    const hash = hashOf(settings);
    const others = this.all.filter((one) => one.hash !== hash || one.directory !== this.projectDir);
    const approval = {
      hash,
      at: new Date().toISOString(),
      directory: this.projectDir,
      settings: pairs(settings),
    };
    await makePrivatePath(dirname(this.file));
    await replacePrivateFile(this.file, `${JSON.stringify({ approvals: [...others, approval] }, null, 2)}\n`);
  }

  /** Withdraws every approval. */
  async clear(): Promise<void> {
    if (this.file !== undefined) await rm(this.file, { force: true });
  }
}

/** The approvals of all projects of the user, oldest first. */
export async function allApprovals(env: NodeJS.ProcessEnv, stateDir?: string): Promise<Approval[]> {
  const directory = stateDirectory(env, stateDir);
  const found = await Promise.all(
    (await projectNames(directory)).map((name) => readApprovals(join(directory ?? "", name, fileName))),
  );
  return found.flat().sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** A file that is missing or damaged approves nothing. */
async function readApprovals(file: string): Promise<readonly Approval[]> {
  const value = await readFile(file, "utf8")
    .then(JSON.parse)
    .catch(() => undefined);
  const parsed = v.safeParse(approvalsSchema, value);
  return parsed.success ? parsed.output.approvals : [];
}

const pairs = (settings: readonly GrantedSetting[]): [string, unknown][] =>
  settings.map(({ key, value }) => [key, value]);

const hashOf = (settings: readonly GrantedSetting[]): string =>
  createHash("sha256")
    .update(JSON.stringify(pairs(settings)))
    .digest("hex");
