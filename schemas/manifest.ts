import * as v from "valibot";
import { described, text } from "./described.ts";
import { engineNames } from "./engines.ts";

/** The four execution modes. */
export const modes = ["all-parallel", "all-sequential", "dependency-driven", "manual-batching"] as const;
export type Mode = (typeof modes)[number];

/** How capable, and expensive, a model a task gets. */
export const tiers = ["fast", "deep"] as const;
export type Tier = (typeof tiers)[number];

const seconds = v.pipe(
  v.number(),
  v.gtValue(0, "must be more than 0 seconds"),
  v.maxValue(604_800, "must be at most 604800 seconds (a week)"),
);
const environment = v.record(
  v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a name of letters, digits and _")),
  v.string(),
);

/** The classes of failure that `retries` can name, with what belongs to each. */
export const retryClasses = {
  exit: "Retries after a command's exit status other than 0.",
  timeout: "Retries after a timeout.",
  crash: "Retries after an agent that ended before its turn was over, or a command that crashed.",
  stall: "Retries after an attempt that was ended because it wrote nothing for `stall_timeout`.",
  signal: "Retries after a signal that interserve did not send, such as the kernel's when memory runs out.",
  transient: "Retries after a failure of the agent's service that may pass by itself.",
  verify: "Retries, from the beginning, after a failed `verify` command and all `fixes`.",
} as const;
export type RetryClass = keyof typeof retryClasses;

const retryCount = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20));
const retriesByClass = v.object(
  Object.fromEntries(
    Object.entries(retryClasses).map(([name, text]) => [name, v.optional(described(retryCount, text))]),
  ) as { [Name in RetryClass]: v.OptionalSchema<typeof retryCount, undefined> },
);

/** A command that must succeed after a task's agent has ended. */
export const verifySchema = v.object({
  run: described(text, "A shell command, run in the project directory."),
  expect: v.optional(
    described(
      v.pipe(
        v.string(),
        v.regex(
          /^(exit \d{1,3}|(contains|output) ".*")$/s,
          'must be `exit N`, `contains "text"` or `output "text"`',
        ),
      ),
      'The expected result: `exit N` (default `exit 0`); `contains "text"` for its output; or `output "text"` if that is the whole output but for blanks around it, whatever the exit status.',
    ),
    "exit 0",
  ),
});

/** One task of a manifest. Once read, every list is present; other optional keys may be absent. */
export const taskSchema = v.object({
  id: described(
    v.pipe(text, v.maxLength(200)),
    "Unique in the manifest; other tasks' `depends` refer to it.",
  ),
  title: v.optional(described(text, "A one-line title, for people and for the agent. Default: the id.")),
  files: v.optional(
    described(v.array(text), "Paths the task writes. Tasks that share a path never run at the same time."),
    [],
  ),
  depends: v.optional(
    described(
      v.array(text),
      "Ids of the tasks whose results this one needs, in addition to the stage barrier. A task that names none needs the stages before it to pass.",
    ),
    [],
  ),
  tier: v.optional(described(v.picklist(tiers), "Overrides the manifest's tier.")),
  prompt_hint: v.optional(described(text, "Extra guidance, added to the task's prompt.")),
  engine: v.optional(described(v.picklist(engineNames), "The engine that runs this task.")),
  run: v.optional(described(text, "A shell command, which the `command` engine runs as this task.")),
  prompt: v.optional(described(text, "The task's prompt, instead of its section of the plan.")),
  prompt_file: v.optional(described(text, "A file with the prompt; its path is relative to the manifest.")),
  verify: v.optional(
    described(v.array(verifySchema), "Commands that must succeed before the task passes."),
    [],
  ),
  retries: v.optional(
    described(
      v.union([retryCount, retriesByClass]),
      "How often the task is retried: a number for all classes of failure together (those of `verify` only if the task is a command), or a map with a number for each class. Default 0.",
    ),
    0,
  ),
  timeout: v.optional(described(seconds, "Seconds that one attempt may take. Overrides `timeout_per_task`.")),
  env: v.optional(described(environment, "Environment variables for the task's processes.")),
  keep_running: v.optional(
    described(
      v.boolean(),
      "Whether processes that the task leaves running, such as a server, are kept for later tasks until the run ends. By default they are ended with the task.",
    ),
  ),
});

/** A named, ordered group of tasks: a barrier. */
export const stageSchema = v.object({
  name: described(text, "The name of the stage, for people."),
  tasks: v.array(taskSchema),
});

/** An execution manifest, version 1. */
export const manifestSchema = v.object({
  version: described(v.literal(1), "The version of the manifest format: 1."),
  mode: described(v.picklist(modes), "What decides when a task may start."),
  tier: v.optional(described(v.picklist(tiers), "How capable (and expensive) a model a task gets."), "deep"),
  max_parallel: v.optional(
    described(
      v.pipe(v.number(), v.integer(), v.minValue(1, "must be at least 1"), v.maxValue(1000)),
      "How many tasks may run at once.",
    ),
    5,
  ),
  timeout_per_task: v.optional(described(seconds, "Seconds that one attempt of a task may take."), 300),
  stages: described(v.array(stageSchema), "The stages, in order."),
  engine: v.optional(described(v.picklist(engineNames), "The engine of tasks that name none.")),
  stage_barriers: v.optional(
    described(
      v.picklist(["strict", "relaxed"]),
      "`strict`: a task waits for every earlier stage. `relaxed`: a task that names `depends` waits only for those, and with an empty list for nothing.",
    ),
    "strict",
  ),
  pause: v.optional(
    described(v.boolean(), "manual-batching: wait for a person's approval between batches."),
    false,
  ),
  fixes: v.optional(
    described(
      v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)),
      "How often the output of a failed `verify` command goes back to the task's agent before the task fails.",
    ),
    1,
  ),
  context_budget: v.optional(
    described(
      v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(1_000_000)),
      "Characters for the results of all dependencies together in one prompt.",
    ),
    24_000,
  ),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;
export interface ManifestTask extends v.InferOutput<typeof taskSchema> {
  /** Set on reading if `depends` is there and empty: with relaxed barriers the task waits for nothing. */
  readonly waitsForNothing?: boolean;
}
export type ManifestStage = v.InferOutput<typeof stageSchema>;
export type Retries = ManifestTask["retries"];
export type Verify = v.InferOutput<typeof verifySchema>;
