import { relative, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { mostFilesChanged, type Outcome, type Usage } from "../../../schemas/outcome.ts";
import { lineSplitter } from "../../process/lines.ts";
import { type ProcessEnd, runProcess } from "../../process/spawn.ts";
import { oneLine } from "../../text/one-line.ts";
import { tailOf } from "../../text/tail.ts";
import type { AttemptRequest } from "../engine.ts";
import { endedByUs, outputOf } from "./ended.ts";
import { readResult } from "./result.ts";

/** A longer event is passed over, in characters; final messages are far shorter. */
const longestEvent = 8 * 1024 * 1024;
const longestProgress = 200;

/** What the CLI of an agent tells on standard output of one turn. */
export interface Turn {
  /** Takes one line of it. */
  readonly take: (line: string) => void;
  /** What the agent said last. */
  readonly message: string;
  /** Whether anything has begun. */
  readonly started: boolean;
  /** The turn's own end, where it has come to one: `done` leaves it to the agent's verdict. */
  readonly ended: "done" | Outcome | undefined;
  readonly session: string | undefined;
  /** Of this turn alone, and as the agent counts it: from the session's beginning, in part at least. */
  readonly usage: Usage | undefined;
  readonly sessionUsage: Usage | undefined;
}

/** What happens in a turn, on its way to people and to the outcome. */
export class Happenings {
  private readonly files = new Set<string>();
  constructor(private readonly request: Pick<AttemptRequest, "cwd" | "onProgress">) {}

  /** The first line that says something. */
  tell(text: string): void {
    const line = oneLine(/\S.*/.exec(text)?.[0] ?? "", longestProgress);
    if (line !== "") this.request.onProgress(line);
  }

  changed(paths: readonly string[]): void {
    const { cwd } = this.request;
    const names = paths.map((path) => relative(cwd, resolve(cwd, path)));
    for (const name of names) if (this.files.size < mostFilesChanged) this.files.add(name);
    if (names.length > 0) this.tell(`changed ${names.join(", ")}`);
  }

  /** What the agent changed by its own tools, and what it says that it changed. */
  filesWith(said: readonly string[] = []): Pick<Outcome, "files_changed"> {
    const { cwd } = this.request;
    const all = new Set([...this.files, ...said.map((path) => relative(cwd, resolve(cwd, path)))]);
    return all.size > 0 ? { files_changed: [...all].sort().slice(0, mostFilesChanged) } : {};
  }
}

/** Runs an agent's CLI to its end, prompt on standard input, and makes an outcome of what it told. */
export async function runAgent(
  command: readonly [string, ...string[]],
  request: AttemptRequest,
  turn: Turn,
  happenings: Happenings,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const end = await runProcess({
    command,
    input: request.resume?.message ?? request.prompt,
    cwd: request.cwd,
    env: { ...env, ...request.env },
    marker: request.marker,
    stdoutFile: request.files.events,
    stderrFile: request.files.log,
    watchStdout: lineSplitter(turn.take, longestEvent),
    timeoutMs: request.timeoutMs,
    stallMs: request.stallMs,
    signal: request.signal,
    graceMs: request.graceMs,
  });
  const { outcome: said, text } = readResult(turn.message);
  const lost = await writeFileAtomic(request.files.output, text).catch((error: Error) => error);
  const outcome =
    lost && end.ended === "exited" ? unwritten(lost) : await outcomeOf(end, turn, said, request);
  return {
    ...outcome,
    ...(turn.usage ? { usage: turn.usage } : {}),
    ...(request.resume && turn.sessionUsage ? { session_usage: turn.sessionUsage } : {}),
    ...(turn.session === undefined ? {} : { session_id: turn.session }),
    ...happenings.filesWith(said.files_changed),
    ...exitOf(end),
    ...(lost ? {} : outputOf(request, Buffer.byteLength(text))),
  };
}

/** Our own reason first, then the terminal event, and the exit status last. */
async function outcomeOf(
  end: ProcessEnd,
  turn: Turn,
  said: Outcome,
  request: AttemptRequest,
): Promise<Outcome> {
  const ours = endedByUs(end, request);
  if (ours && end.ended !== "signalled") return ours;
  if (turn.ended === "done") return said;
  if (turn.ended) return turn.ended;
  if (ours) return ours;
  const { exitCode = 0 } = end;
  const log = complaintIn(await tailOf(request.files.log));
  if (!turn.started && exitCode !== 0) {
    const reason = oneLine(log || `exit status ${exitCode} before it began`);
    return { status: "error", failure: "configuration", reason };
  }
  // 128 and a signal's number: somebody has ended what the wrapper around the agent had started.
  const failure = exitCode === 137 || exitCode === 143 ? "killed" : "crashed";
  const reason = `ended with exit status ${exitCode} before its turn was over${log ? `: ${log}` : ""}`;
  return { status: "error", failure, reason: oneLine(reason) };
}

/** What a program said last of an error, with all that follows; else its last line. */
function complaintIn(log: string): string {
  const lines = log.trim().split("\n");
  const at = lines.findLastIndex((line) => /^error\b/i.test(line));
  return lines.slice(at < 0 ? -1 : at).join(" ");
}

/** A session's usage without what was used before; only figures that are there. */
export function less(usage: Usage, before: Usage = {}): Usage {
  const figures = Object.entries(usage) as [keyof Usage, number | undefined][];
  const rest = (key: keyof Usage, figure: number) => Math.max(0, figure - (before[key] ?? 0));
  return Object.fromEntries(
    figures.flatMap(([key, figure]) =>
      figure === undefined ? [] : [[key, Number(rest(key, figure).toPrecision(12))]],
    ),
  );
}

const exitOf = ({ exitCode, signal }: ProcessEnd): Pick<Outcome, "exit_code" | "signal"> => ({
  ...(exitCode === undefined ? {} : { exit_code: exitCode }),
  ...(signal === undefined ? {} : { signal }),
});

const unwritten = (error: Error): Outcome => ({
  status: "error",
  failure: "io",
  reason: oneLine(`its output could not be written: ${error.message}`),
});
