import type * as v from "valibot";
import type { ModeConfig } from "../../machines/modes/mode.ts";
import type { RunSpec } from "../../machines/schedule/schedule.ts";
import type { Config } from "../../schemas/config.ts";
import type { EngineName } from "../../schemas/engines.ts";
import type { jobOptionsSchema, TaskFacts } from "../../schemas/event.ts";
import type { Manifest, ManifestTask, Tier } from "../../schemas/manifest.ts";
import type { Plan } from "../../schemas/plan.ts";

/** What the command line, or a program, says beside the manifest. */
export type JobOptions = v.InferOutput<typeof jobOptionsSchema>;

/** One task of a job, with what applies to it decided. */
export interface JobTask {
  readonly task: ManifestTask;
  readonly title: string;
  readonly stage: string;
  readonly tier: Tier;
  readonly engine: EngineName;
  readonly timeoutMs: number;
  /** The text of `prompt` or of `prompt_file`, where there is one. */
  readonly promptText?: string;
}

/** A manifest made ready to run: flags, manifest and configuration put together, and every file read. */
export interface Job {
  readonly manifest: Manifest;
  /** The manifest's file, or the plan's where there is no manifest. */
  readonly manifestFile: string;
  readonly plan?: Plan;
  readonly projectDir: string;
  readonly config: Config;
  readonly mode: ModeConfig;
  readonly spec: RunSpec;
  readonly tasks: readonly JobTask[];
  /** Whether agents may push. */
  readonly allowPush: boolean;
  /** What was said beside the manifest, for whoever prepares the same job again. */
  readonly options: JobOptions;
}

/** A job's task as those who follow its run need it. */
export const taskFacts = ({ task, title, stage, engine, tier }: JobTask): TaskFacts => ({
  id: task.id,
  title,
  stage,
  depends: [...new Set(task.depends)],
  files: task.files,
  engine,
  tier,
});
