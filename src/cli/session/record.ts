import { resolve } from "node:path";
import { userStateDir } from "../../job/config.ts";
import { type ProjectRecord, projectRecord } from "../../journal/project-record.ts";

/** Which project's runs are meant. */
export interface RecordFlags {
  readonly projectDir?: string;
  /** The name of a project's folder in the state directory. */
  readonly project?: string;
}

/** Returns where the runs of the project that flags name are kept. Throws UsageError for an unknown `project`. */
export const recordOf = async ({ projectDir = ".", project }: RecordFlags): Promise<ProjectRecord> =>
  projectRecord(resolve(projectDir), { stateDir: await userStateDir(process.env), project });
