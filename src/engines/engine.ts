import type { ManifestTask, Tier } from "../../schemas/manifest.ts";
import type { Outcome, Usage } from "../../schemas/outcome.ts";

/** What an engine is asked to do: one attempt of one task. Paths are absolute; the directory of `files` exists. */
export interface AttemptRequest {
  readonly task: ManifestTask;
  readonly tier: Tier;
  /** The whole prompt; the same text stands in `files.prompt`. */
  readonly prompt: string;
  /**
   * The session to go on with, and what to say in it, in place of starting anew with `prompt`. Only an engine that
   * gave an outcome a `session_id` can.
   */
  readonly resume?:
    | {
        readonly sessionId: string;
        readonly message: string;
        /** The `session_usage` of the attempt that it goes on from: agents count from a session's beginning. */
        readonly used?: Usage | undefined;
      }
    | undefined;
  /** Working directory of the agent: the project. */
  readonly cwd: string;
  /** The complete environment of the agent's processes. */
  readonly env: Readonly<Record<string, string>>;
  /** The attempt's name in the environment of every process of it (`INTERSERVE_ATTEMPT`), for the sweep. */
  readonly marker: string;
  readonly timeoutMs: number;
  /** How long the agent may write nothing at all; without it, for ever. */
  readonly stallMs?: number | undefined;
  /** Aborted when the attempt is to end; what still runs then ends by SIGTERM, grace, SIGKILL. */
  readonly signal: AbortSignal;
  /** Milliseconds between SIGTERM and SIGKILL; asked again while waiting, so that it can be shortened. */
  readonly graceMs: () => number;
  readonly files: {
    readonly prompt: string;
    /** The agent's final message, or a command's standard output. Complete when it appears, also after a failure. */
    readonly output: string;
    /** The engine's own event stream, where it has one. */
    readonly events: string;
    /** Standard error, and what else helps to find out what went wrong. */
    readonly log: string;
  };
  /** Called with one line of what the agent is doing, as it does it. */
  readonly onProgress: (text: string) => void;
}

/** One thing that was looked at before anything is run. Nothing is spent by looking. */
export interface Check {
  /** What was looked at, in a word or two. */
  readonly name: string;
  /** `absent`: not here, which matters to those alone who want to use it. */
  readonly status: "ok" | "warning" | "problem" | "absent";
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** One way of carrying tasks out. A task's failure is an outcome; only a bug of ours throws. */
export interface Engine {
  /** Whether the agent is given a form for its result; else the prompt asks for closing lines. */
  readonly structured: boolean;
  /** Whether what it runs can write in `.git`. */
  readonly canCommit: boolean;
  /** One sentence on what it lacks to run these tasks on this machine, and what to do about it; undefined if nothing. */
  readonly missing: (tasks: readonly ManifestTask[]) => Promise<string | undefined>;
  readonly attempt: (request: AttemptRequest) => Promise<Outcome>;
  /** Looks at what it needs, with the environment that its processes would get. */
  readonly examine: (env: Readonly<Record<string, string>>) => Promise<Check[]>;
}
