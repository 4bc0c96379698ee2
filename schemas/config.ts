import * as v from "valibot";
import { described } from "./described.ts";
import { engineNames, type Tier, tiers } from "./manifest.ts";

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));

/** How much an agent thinks: the words that all agents know. */
export const efforts = ["low", "medium", "high", "xhigh"] as const;
export type Effort = (typeof efforts)[number];

/** How Codex keeps what an agent does apart from the rest of the machine. */
export const sandboxes = ["read-only", "workspace-write", "danger-full-access"] as const;
export type Sandbox = (typeof sandboxes)[number];

/** How a model is asked, for tasks of one tier. */
const tuning = (engine: string) =>
  v.optional(
    described(
      v.object({
        model: v.optional(described(text, "In place of the engine's.")),
        effort: v.optional(
          described(v.picklist(efforts), "How much it thinks. Default: low for fast, high for deep."),
        ),
      }),
      `Tasks of this tier, with ${engine}.`,
    ),
    {},
  );

const atOnce = v.optional(
  described(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    "How many of its tasks may run at once, beside the limit for all.",
  ),
);
const tier = (name: Tier) =>
  v.optional(
    described(
      v.object({
        engine: v.optional(
          described(v.picklist(engineNames), "Carries out tasks of this tier that name no engine."),
        ),
        codex: tuning("codex"),
        claude: tuning("claude"),
        max_parallel: atOnce,
      }),
      `Tasks of the tier ${name}.`,
    ),
    {},
  );

const allowed = v.optional(
  described(
    v.array(
      v.pipe(v.string(), v.regex(/^([A-Za-z0-9_]+\*?|\*)$/, "must be a variable's name; it may end in *")),
    ),
    "Names of the environment variables that it gets, beside the basic ones and its own; `*` stands for all that do not look like a secret. Default: `['*']`, and for `command` and `dispatch` all.",
  ),
);
const executable = (name: string) =>
  v.optional(described(text, "The program, by its name on PATH or by a path."), name);
const model = v.optional(described(text, "The model for every tier. Default: the engine's own choice."));
const structured = v.optional(
  described(
    v.boolean(),
    "Ask for the result in a form (JSON Schema). Set to false for a model provider that cannot.",
  ),
  true,
);

/** Seconds of the first wait and of the longest; each is twice as long as the one before. */
const growing = (first: number, most: number) =>
  v.object({
    first: v.optional(described(v.pipe(v.number(), v.minValue(0)), "Seconds of the first wait."), first),
    most: v.optional(described(v.pipe(v.number(), v.minValue(0)), "Seconds of the longest."), most),
  });

/** What holds for every manifest that is run: a project's `interserve.config.yaml`, over the user's own. */
export const configSchema = v.object({
  engine: v.optional(described(v.picklist(engineNames), "Carries out tasks that name no engine.")),
  grace: v.optional(
    described(v.pipe(v.number(), v.minValue(0), v.maxValue(600)), "Seconds between SIGTERM and SIGKILL."),
    5,
  ),
  tiers: v.optional(
    described(
      v.object({ fast: tier(tiers[0]), deep: tier(tiers[1]) } satisfies Record<Tier, v.GenericSchema>),
      "What a tier means.",
    ),
    {},
  ),
  backoff: v.optional(
    described(
      growing(2, 120),
      "How long a task waits before another try after a failure that may pass by itself.",
    ),
    {},
  ),
  limit_pause: v.optional(
    described(growing(60, 3600), "How long a task waits at a usage limit that names no time."),
    {},
  ),
  stall_timeout: v.optional(
    described(
      v.pipe(v.number(), v.gtValue(0, "must be more than 0 seconds")),
      "Seconds without any output after which an attempt is ended; without it, only its timeout ends it.",
    ),
  ),
  engines: v.optional(
    described(
      v.object({
        codex: v.optional(
          described(
            v.object({
              executable: executable("codex"),
              model,
              sandbox: v.optional(
                described(v.picklist(sandboxes), "What the agent's commands may do on this machine."),
                "workspace-write",
              ),
              structured,
              max_parallel: atOnce,
              env: allowed,
            }),
            "The Codex CLI.",
          ),
          {},
        ),
        claude: v.optional(
          described(
            v.object({
              executable: executable("claude"),
              model,
              allowed_tools: v.optional(
                described(v.array(text), "Tools that need no permission, beside edits in the project."),
                ["Bash"],
              ),
              max_turns: v.optional(
                described(
                  v.pipe(v.number(), v.integer(), v.minValue(1)),
                  "Ends an attempt after so many turns.",
                ),
              ),
              max_cost: v.optional(
                described(
                  v.pipe(v.number(), v.gtValue(0, "must be more than 0")),
                  "Ends an attempt that has cost so many US dollars.",
                ),
              ),
              structured,
              max_parallel: atOnce,
              env: allowed,
            }),
            "Claude Code.",
          ),
          {},
        ),
        command: v.optional(
          described(
            v.object({
              run: v.optional(
                described(
                  text,
                  "The shell command for tasks that have no `run`; the prompt is in the file $INTERSERVE_PROMPT_FILE.",
                ),
              ),
              max_parallel: atOnce,
              env: allowed,
            }),
            "A shell command.",
          ),
          {},
        ),
        dispatch: v.optional(
          described(
            v.object({
              script: v.optional(
                described(text, "The script; the environment variable CLAVAIN_DISPATCH_SH comes first."),
              ),
              max_parallel: atOnce,
              env: allowed,
            }),
            "A dispatch script.",
          ),
          {},
        ),
      }),
      "What carries tasks out.",
    ),
    {},
  ),
});
export type Config = v.InferOutput<typeof configSchema>;
