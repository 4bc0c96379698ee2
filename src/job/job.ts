import type * as v from "valibot";
import type { ModeConfig } from "../../machines/modes/mode.ts";
import type { RunSpec } from "../../machines/schedule/types.ts";
import type { Config } from "../../schemas/config.ts";
import type { EngineName } from "../../schemas/engines.ts";
import type { jobOptionsSchema, TaskFacts } from "../../schemas/event.ts";
import type { Manifest, ManifestTask, Tier } from "../../schemas/manifest.ts";
import type { Plan } from "../../schemas/plan.ts";

/** What the command line, or a program, gives beside the manifest. */
export type JobOptions = v.InferOutput<typeof jobOptionsSchema>;

/** One task of a job, with its tier, engine and timeout decided. */
export interface JobTask {
  readonly task: ManifestTask;
  readonly title: string;
  readonly stage: string;
  readonly tier: Tier;
  readonly engine: EngineName;
  readonly timeoutMs: number;
  /** Its section of the plan. */
  readonly section?: string;
  /** The text of `prompt` or of `prompt_file`, which replaces the section. */
  readonly promptText?: string;
}

/** A manifest that is ready to run: flags, manifest and configuration combined, and every file read. */
export interface Job {
  readonly manifest: Manifest;
  /** The manifest's file, or the plan's if there is no manifest. */
  readonly manifestFile: string;
  readonly plan?: Plan;
  readonly projectDir: string;
  readonly config: Config;
  /** The keys of the project's configuration that are ignored, since the user has not approved them. */
  readonly ignoredKeys: readonly string[];
  readonly mode: ModeConfig;
  readonly spec: RunSpec;
  readonly tasks: readonly JobTask[];
  /** Whether agents may push. */
  readonly allowPush: boolean;
  /** What was given beside the manifest: enough to prepare the same job again. */
  readonly options: JobOptions;
}

/** What events and reports tell of a task. */
export const taskFacts = ({ task, title, stage, engine, tier }: JobTask): TaskFacts => ({
  id: task.id,
  title,
  stage,
  depends: [...new Set(task.depends)],
  files: task.files,
  engine,
  tier,
});
