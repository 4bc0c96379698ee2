import * as v from "valibot";
import { described, text } from "./described.ts";
import { type EngineName, engineNames, engines, maxParallel } from "./engines.ts";
import { granting } from "./grants.ts";
import { type Tier, tiers } from "./manifest.ts";

/** The model and effort of an engine, for tasks of one tier. */
const tuning = (engine: EngineName) =>
  v.optional(
    described(
      v.object({
        model: v.optional(described(text, "The model, instead of the engine's.")),
        effort: v.optional(
          // The levels that every agent knows.
          described(
            v.picklist(["low", "medium", "high", "xhigh"]),
            "How much the model thinks. Default: low for fast, high for deep.",
          ),
        ),
      }),
      `Settings for tasks of this tier that run on ${engine}.`,
    ),
    {},
  );

export type Tuning = v.InferOutput<ReturnType<typeof tuning>>;

type Rows = typeof engines;
type TunedEngine = { [Name in EngineName]: Rows[Name]["takesModel"] extends true ? Name : never }[EngineName];
const tunings = Object.fromEntries(
  engineNames.filter((name) => engines[name].takesModel).map((name) => [name, tuning(name)]),
) as { [Name in TunedEngine]: ReturnType<typeof tuning> };

const tier = (name: Tier) =>
  v.optional(
    described(
      v.object({
        engine: v.optional(
          described(v.picklist(engineNames), "The engine of tasks of this tier that name none."),
        ),
        ...tunings,
        max_parallel: maxParallel,
      }),
      `Settings for tasks of the tier ${name}.`,
    ),
    {},
  );

const engineSettings = Object.fromEntries(
  engineNames.map((name) => [name, v.optional(engines[name].settings, {})]),
) as { [Name in EngineName]: v.OptionalSchema<Rows[Name]["settings"], Record<never, never>> };

/** The seconds of the first and the longest wait; each wait is twice as long as the one before. */
const growing = (first: number, most: number) =>
  v.object({
    first: v.optional(described(v.pipe(v.number(), v.minValue(0)), "Seconds of the first wait."), first),
    most: v.optional(described(v.pipe(v.number(), v.minValue(0)), "Seconds of the longest wait."), most),
  });

/** The configuration for every manifest: a project's `interserve.config.yaml`, merged over the user's own. */
export const configSchema = v.object({
  engine: v.optional(described(v.picklist(engineNames), "The engine of tasks that name none.")),
  grace: v.optional(
    described(
      v.pipe(v.number(), v.minValue(0), v.maxValue(600)),
      "Seconds between SIGTERM and SIGKILL when a process is stopped.",
    ),
    5,
  ),
  tiers: v.optional(
    described(
      v.object({ fast: tier(tiers[0]), deep: tier(tiers[1]) } satisfies Record<Tier, v.GenericSchema>),
      "The settings of each tier.",
    ),
    {},
  ),
  backoff: v.optional(
    described(
      growing(2, 120),
      "How long a task waits before a retry after a failure that may pass by itself.",
    ),
    {},
  ),
  limit_pause: v.optional(
    described(growing(60, 3600), "How long a task waits after a usage limit that does not say when it ends."),
    {},
  ),
  stall_timeout: v.optional(
    described(
      v.pipe(v.number(), v.gtValue(0, "must be more than 0 seconds")),
      "Seconds without any output after which an attempt is stopped. Default: only the timeout applies.",
    ),
  ),
  state_dir: granting(
    "owner",
    v.optional(
      described(
        v.pipe(text, v.regex(/^(?:\/|~\/|[A-Za-z]:[\\/])/, "must be an absolute path, or begin with ~/")),
        "The directory in which runs are recorded, in the user's own configuration. Default: interserve in $XDG_STATE_HOME or ~/.local/state.",
      ),
    ),
  ),
  engines: v.optional(described(v.object(engineSettings), "The engines, by name."), {}),
});
export type Config = v.InferOutput<typeof configSchema>;
