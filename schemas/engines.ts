import * as v from "valibot";
import { described, oneOfKinds, text } from "./described.ts";
import { granting } from "./grants.ts";

/** Facts about an engine that other code needs without loading the engine. */
export interface EngineTraits {
  /** Whether its attempts ask a model, so that they report tokens and count against a budget. */
  readonly asksModel: boolean;
  /** Whether `tiers` in the configuration can choose its model and effort. */
  readonly takesModel: boolean;
  /** Whether it reports what an attempt cost. */
  readonly reportsCost: boolean;
  /** Whether another attempt may fix a failing `verify` command. A plain command would only do the same again. */
  readonly retriesFixes: boolean;
  /** Whether it writes its output at the end and shows its progress as events until then. */
  readonly streamsEvents: boolean;
  /**
   * Names of the environment variables of its own, such as keys and settings; a name may end in `*`. By default it
   * gets these and every variable that does not look like a secret. `all`: it runs the user's own programs and gets
   * every variable.
   */
  readonly environment: readonly string[] | "all";
}

/** The traits of an agent's CLI, unless its row says otherwise. */
const agent = {
  asksModel: true,
  takesModel: true,
  reportsCost: false,
  retriesFixes: true,
  streamsEvents: true,
} as const;

/** How many tasks of an engine, or of a tier, may run at once. */
export const maxParallel = v.optional(
  described(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    "How many of its tasks may run at once, in addition to the limit for all.",
  ),
);
const pattern = (rule: RegExp, message: string) => v.pipe(v.string(), v.regex(rule, message));
const patterns = (description: string) =>
  v.optional(
    described(
      v.array(pattern(/^[\w*]*\w[\w*]*$/, "must be the name of a variable, which may contain *")),
      description,
    ),
    [],
  );

/** Which variables an engine starts from, most first. */
export const inheritances = ["all", "core", "none"] as const;

const environmentPolicy = v.object({
  inherit: v.optional(
    described(
      v.picklist(inheritances),
      "`all`: every variable that does not look like a secret. `core`: the basic ones and its own. `none`: only those in `include`. Default: `all` for agents, and every variable, secrets too, for `command` and `dispatch`.",
    ),
  ),
  include: patterns("Names of variables that it gets in addition, even if they look like secrets."),
  exclude: patterns("Names of variables that it does not get, whatever else is set."),
});
export type EnvironmentPolicy = v.InferOutput<typeof environmentPolicy>;

const env = granting(
  "environment",
  v.optional(
    described(
      oneOfKinds(
        v.array(pattern(/^(\*|[\w*]*\w[\w*]*)$/, "must be the name of a variable, which may contain *")),
        environmentPolicy,
      ),
      "The environment variables that it gets: a policy, or names of variables that it gets in addition to the basic ones and its own, where `*` means every variable that does not look like a secret. Default: `['*']` for agents, and every variable for `command` and `dispatch`.",
    ),
  ),
);
/** What Codex's commands may do, least first. */
export const sandboxes = ["read-only", "workspace-write", "danger-full-access"] as const;
const executable = (name: string) =>
  granting("program", v.optional(described(text, "The program, as a name on PATH or as a path."), name));
const model = v.optional(described(text, "The model for every tier. Default: the engine's own choice."));
const structured = v.optional(
  described(
    v.boolean(),
    "Whether to ask for structured output (JSON Schema). Set it to false if the model provider does not support that.",
  ),
  true,
);

/** The configuration of an engine: keys of its own, and those that every engine has. All of them are optional. */
const settings = <Own extends v.ObjectEntries>(description: string, own: Own) =>
  described(v.object({ ...own, max_parallel: maxParallel, env }), description);

/** The engines in the order in which they are listed, each with its traits and its key under `engines` in the configuration. */
export const engines = {
  codex: {
    ...agent,
    environment: ["CODEX_*", "OPENAI_*"],
    settings: settings("The Codex CLI.", {
      executable: executable("codex"),
      model,
      sandbox: granting(
        "sandbox",
        v.optional(
          described(v.picklist(sandboxes), "What the agent's commands may do on this machine."),
          "workspace-write",
        ),
      ),
      structured,
    }),
  },
  claude: {
    ...agent,
    reportsCost: true,
    environment: [
      ...["ANTHROPIC_*", "CLAUDE_*", "DISABLE_*", "API_TIMEOUT_MS"],
      // The clouds that offer its models.
      ...["AWS_*", "GOOGLE_*", "CLOUD_ML_REGION"],
    ],
    settings: settings("Claude Code.", {
      executable: executable("claude"),
      model,
      allowed_tools: granting(
        "tools",
        v.optional(
          described(v.array(text), "Tools that need no permission, in addition to edits in the project."),
          ["Bash"],
        ),
      ),
      project_settings: granting(
        "owner",
        v.optional(
          described(
            v.boolean(),
            "Whether it follows the project's own `.claude/settings.json`, with its hooks, and CLAUDE.md; in the user's own configuration. Default: unless such a file gives it something that the user has not approved.",
          ),
        ),
      ),
      max_turns: v.optional(
        described(v.pipe(v.number(), v.integer(), v.minValue(1)), "Stops an attempt after so many turns."),
      ),
      max_cost: v.optional(
        described(
          v.pipe(v.number(), v.gtValue(0, "must be more than 0")),
          "Stops an attempt that has cost so many US dollars.",
        ),
      ),
      structured,
    }),
  },
  dispatch: {
    ...agent,
    takesModel: false,
    streamsEvents: false,
    environment: "all",
    settings: settings("A dispatch script.", {
      script: granting(
        "program",
        v.optional(
          described(text, "The script, unless the environment variable CLAVAIN_DISPATCH_SH names one."),
        ),
      ),
    }),
  },
  command: {
    asksModel: false,
    takesModel: false,
    reportsCost: false,
    retriesFixes: false,
    streamsEvents: false,
    environment: "all",
    settings: settings("A shell command.", {
      run: granting(
        "program",
        v.optional(
          described(
            text,
            "The shell command for tasks that have no `run`; the prompt is in the file $INTERSERVE_PROMPT_FILE.",
          ),
        ),
      ),
    }),
  },
} as const satisfies Readonly<Record<string, EngineTraits & { readonly settings: v.GenericSchema }>>;

export type EngineName = keyof typeof engines;
export const engineNames = Object.keys(engines) as EngineName[];

/** The engine of tasks for which nothing else names one. */
export const defaultEngine: EngineName = "codex";
/** The engine of tasks with a `run`. Its environment is that of `verify` commands too. */
export const shellEngine = "command" satisfies EngineName;

/** The traits of an engine by name. One that this version does not know, from a journal, counts as an agent. */
export const traitsOf = (name: string): EngineTraits =>
  Object.hasOwn(engines, name) ? engines[name as EngineName] : { ...agent, environment: [] };
