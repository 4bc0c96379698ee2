import type { ManifestTask, Tier } from "../../schemas/manifest.ts";
import type { Outcome, Usage } from "../../schemas/outcome.ts";

/** One attempt of one task. Paths are absolute; the directory of `files` exists. */
export interface AttemptRequest {
  readonly task: ManifestTask;
  readonly tier: Tier;
  /** The whole prompt, which is in `files.prompt` too. */
  readonly prompt: string;
  /** Set to continue a session in place of starting a new one. Only for engines whose outcomes have a `session_id`. */
  readonly resume?:
    | {
        readonly sessionId: string;
        /** What to say to the agent, in place of the prompt. */
        readonly message: string;
        /** The usage of the session so far, because agents count from a session's beginning. */
        readonly used?: Usage | undefined;
      }
    | undefined;
  /** The agent's working directory: the project. */
  readonly cwd: string;
  /** The complete environment of the agent's processes. */
  readonly env: Readonly<Record<string, string>>;
  /** The attempt's name, which every process of it has in its environment as `INTERSERVE_ATTEMPT`. */
  readonly marker: string;
  readonly timeoutMs: number;
  /** Milliseconds without any output after which the attempt is stopped; undefined for no limit. */
  readonly stallMs?: number | undefined;
  /** Whether processes that a successful attempt leaves running are kept. */
  readonly keepsRunning?: boolean;
  /** Called with the command lines of processes that the attempt leaves running and that have to be ended. */
  readonly onLeftovers?: (commands: readonly string[]) => void;
  /** Aborted to stop the attempt: its processes get SIGTERM and, after the grace period, SIGKILL. */
  readonly signal: AbortSignal;
  /** Returns the grace period in milliseconds. Called repeatedly, because a second Ctrl-C shortens it. */
  readonly graceMs: () => number;
  readonly files: {
    /** The folder of the files that the agent may read: the prompt, and the outputs that it names. */
    readonly given: string;
    /** The agent's copy of the prompt. */
    readonly prompt: string;
    /** The agent's last message, or a command's standard output. Appears complete, even after a failure. */
    readonly output: string;
    /** The event stream of an engine that has one. */
    readonly events: string;
    /** Standard error. */
    readonly log: string;
  };
  /** Called with one line about what the agent is doing. */
  readonly onProgress: (text: string) => void;
}

/** One finding about a machine. */
export interface Check {
  /** What was checked, in one or two words. */
  readonly name: string;
  /** `absent`: not installed, which matters only to those who want to use it. */
  readonly status: "ok" | "warning" | "problem" | "absent";
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** Something that runs tasks. What other code needs to know about it without loading it is in schemas/engines.ts. */
export interface Engine {
  /** Whether the agent is asked for structured output. If not, the prompt asks for closing lines. */
  readonly structured: boolean;
  /** Whether its processes can write to `.git`. */
  readonly canCommit: boolean;
  /** Says in one sentence what it lacks to run these tasks here, and what to do about it. Resolves with undefined if nothing. */
  readonly missing: (tasks: readonly ManifestTask[]) => Promise<string | undefined>;
  /** Runs one attempt. A failure of the task is an outcome; rejects only because of a bug. */
  readonly attempt: (request: AttemptRequest) => Promise<Outcome>;
  /** Checks what it needs, in the environment of its processes. Starts no agent and spends nothing. */
  readonly examine: (env: Readonly<Record<string, string>>) => Promise<Check[]>;
}
