import { relative, resolve } from "node:path";
import { mostFilesChanged, type Outcome, type Usage } from "../../../schemas/outcome.ts";
import { lineSplitter } from "../../process/lines.ts";
import { type ProcessEnd, runProcess } from "../../process/spawn.ts";
import { errorLine } from "../../text/error-line.ts";
import { oneLine } from "../../text/one-line.ts";
import { replacePrivateFile } from "../../text/private-files.ts";
import type { AttemptRequest } from "../engine.ts";
import { outcomeUnlessExited, outputOf } from "./ended.ts";
import { readResult } from "./result.ts";

/** Longer events are skipped, in characters; final messages are far shorter. */
const longestEvent = 8 * 1024 * 1024;
const longestProgress = 200;

/** One turn of an agent, as the events of its CLI describe it. Each engine reads events of its own. */
export abstract class Turn {
  /** The agent's last message. */
  message = "";
  /** Whether the agent has begun. */
  started = false;
  session: string | undefined;
  /** The usage of this turn alone. */
  usage: Usage | undefined;
  /** The usage of the whole session, or those of its figures that the agent counts that way. */
  sessionUsage: Usage | undefined;
  /** The end of the turn by its own event: `done` if the agent's verdict is to decide. */
  ended: "done" | Outcome | undefined;
  readonly activity: Activity;
  /** The usage of the session before this turn. */
  protected readonly usedBefore: Usage | undefined;

  constructor(request: Pick<AttemptRequest, "cwd" | "onProgress" | "resume">) {
    this.activity = new Activity(request);
    this.usedBefore = request.resume?.used;
  }

  /** Reads one line of the CLI's standard output. */
  abstract readLine(line: string): void;
}

/** Reports what an agent does, and collects the files that it changes. */
export class Activity {
  private readonly files = new Set<string>();
  constructor(private readonly request: Pick<AttemptRequest, "cwd" | "onProgress">) {}

  /** Reports the first line of a text that is not blank. */
  report(text: string): void {
    const line = oneLine(/\S.*/.exec(text)?.[0] ?? "", longestProgress);
    if (line !== "") this.request.onProgress(line);
  }

  /** Reports changed files and adds them to the collection. */
  reportChanges(paths: readonly string[]): void {
    const names = paths.map((path) => this.inProject(path));
    for (const name of names) if (this.files.size < mostFilesChanged) this.files.add(name);
    if (names.length > 0) this.report(`changed ${names.join(", ")}`);
  }

  /** The collected files and those that the agent lists itself, sorted. */
  filesChanged(listed: readonly string[] = []): Pick<Outcome, "files_changed"> {
    const all = new Set([...this.files, ...listed.map((path) => this.inProject(path))]);
    return all.size > 0 ? { files_changed: [...all].sort().slice(0, mostFilesChanged) } : {};
  }

  private inProject(path: string): string {
    const { cwd } = this.request;
    return relative(cwd, resolve(cwd, path));
  }
}

/**
 * Runs an agent's CLI with the prompt on standard input until it ends, and returns the outcome. `env` holds defaults
 * for the request's environment.
 */
export async function runAgent(
  command: readonly [string, ...string[]],
  request: AttemptRequest,
  turn: Turn,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const end = await runProcess({
    ...request,
    command,
    input: request.resume?.message ?? request.prompt,
    env: { ...env, ...request.env },
    stdoutFile: request.files.events,
    stderrFile: request.files.log,
    watchStdout: lineSplitter((line) => turn.readLine(line), longestEvent),
  });
  const { outcome: result, text } = readResult(turn.message);
  const lost = await replacePrivateFile(request.files.output, text).catch((error: Error) => error);
  const outcome =
    lost && end.ended === "exited" ? outputLost(lost) : await outcomeOf(end, turn, result, request);
  return {
    ...outcome,
    ...(turn.usage ? { usage: turn.usage } : {}),
    ...(request.resume && turn.sessionUsage ? { session_usage: turn.sessionUsage } : {}),
    ...(turn.session === undefined ? {} : { session_id: turn.session }),
    ...turn.activity.filesChanged(result.files_changed),
    ...exitOf(end),
    ...(lost ? {} : outputOf(request, Buffer.byteLength(text))),
  };
}

/** Decides the outcome: an end that interserve caused comes first, then the turn's last event, then the exit status. */
async function outcomeOf(
  end: ProcessEnd,
  turn: Turn,
  result: Outcome,
  request: AttemptRequest,
): Promise<Outcome> {
  const outcome = outcomeUnlessExited(end, request);
  if (outcome && end.ended !== "signalled") return outcome;
  if (turn.ended === "done") return result;
  if (turn.ended) return turn.ended;
  if (outcome) return outcome;
  const { exitCode = 0 } = end;
  const error = await errorLine(request.files.log);
  if (!turn.started && exitCode !== 0) {
    const reason = oneLine(error || `exit status ${exitCode} before it began`);
    return { status: "error", failure: "configuration", reason };
  }
  // 128 plus the number of a signal: something killed what the wrapper around the agent had started.
  const failure = exitCode === 137 || exitCode === 143 ? "killed" : "crashed";
  const reason = `ended with exit status ${exitCode} before its turn was over${error ? `: ${error}` : ""}`;
  return { status: "error", failure, reason: oneLine(reason) };
}

/** Subtracts the usage before from a session's usage. Figures that are absent stay absent. */
export function usageSince(usage: Usage, before: Usage = {}): Usage {
  const figures = Object.entries(usage) as [keyof Usage, number | undefined][];
  const difference = (key: keyof Usage, figure: number) => Math.max(0, figure - (before[key] ?? 0));
  return Object.fromEntries(
    figures.flatMap(([key, figure]) =>
      figure === undefined ? [] : [[key, Number(difference(key, figure).toPrecision(12))]],
    ),
  );
}

const exitOf = ({ exitCode, signal }: ProcessEnd): Pick<Outcome, "exit_code" | "signal"> => ({
  ...(exitCode === undefined ? {} : { exit_code: exitCode }),
  ...(signal === undefined ? {} : { signal }),
});

const outputLost = (error: Error): Outcome => ({
  status: "error",
  failure: "io",
  reason: oneLine(`its output could not be written: ${error.message}`),
});
