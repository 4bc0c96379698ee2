import writeFileAtomic from "write-file-atomic";
import type { Outcome, Usage } from "../../schemas/outcome.ts";
import { lineSplitter } from "../process/lines.ts";
import { type ProcessEnd, runProcess } from "../process/spawn.ts";
import { type CodexEvent, type CodexItem, parseCodexEvent } from "./codex-events.ts";
import { codexFailure } from "./codex-failures.ts";
import { endedByUs, outputOf } from "./ended.ts";
import type { AttemptRequest, Engine } from "./engine.ts";
import { findExecutable, whereMissing } from "./find-executable.ts";
import { judge, oneLine, tailOf } from "./verdict.ts";

/** A longer event is passed over, in characters; final messages are far shorter. */
const longestEvent = 8 * 1024 * 1024;
const longestProgress = 200;
const mostFiles = 500;

export interface CodexConfig {
  /** The program, by its name on PATH or by a path. */
  readonly executable?: string | undefined;
  /** In place of the user's own choice. */
  readonly model?: string | undefined;
}

/** Carries a task out with the Codex CLI: `codex exec --json`, the prompt on standard input. */
export function codexEngine(config: CodexConfig): Engine {
  const program = config.executable ?? "codex";
  return {
    name: "codex",
    async missing() {
      if (await findExecutable(program)) return undefined;
      return `The engine "codex" needs the program "${program}", ${whereMissing(program)}. Install it with "npm install -g @openai/codex", or choose another with --engine.`;
    },
    async attempt(request) {
      const turn = new Turn(request.onProgress);
      const end = await runProcess({
        command: [(await findExecutable(program)) ?? program, ...argumentsFor(request, config.model)],
        input: request.prompt,
        cwd: request.cwd,
        env: request.env,
        marker: request.marker,
        stdoutFile: request.files.events,
        stderrFile: request.files.log,
        watchStdout: lineSplitter((line) => turn.take(parseCodexEvent(line)), longestEvent),
        timeoutMs: request.timeoutMs,
        stallMs: request.stallMs,
        signal: request.signal,
        graceMs: request.graceMs,
      });
      const lost = await writeFileAtomic(request.files.output, turn.message).catch((error: Error) => error);
      const outcome = lost && end.ended === "exited" ? unwritten(lost) : await outcomeOf(end, turn, request);
      return { ...outcome, ...turn.facts(), ...exitOf(end), ...(lost ? {} : outputOf(request, turn.bytes)) };
    },
  };
}

/**
 * Everything on the command line, so that nothing changes the user's own configuration; their account and provider
 * stay theirs. No `-o`: the last message is in the events, and the file is to appear at once.
 */
function argumentsFor({ cwd, tier }: AttemptRequest, model: string | undefined): string[] {
  const settings = [
    'approval_policy="never"',
    `model_reasoning_effort="${tier === "fast" ? "low" : "high"}"`,
    // Looks hosts up on the internet before anything else.
    "features.plugins=false",
    // Without it a refused connection is tried for ever.
    "features.unbounded_connection_retries=false",
    "check_for_update_on_startup=false",
  ];
  return [
    "exec",
    "--json",
    "--skip-git-repo-check",
    ...["-s", "workspace-write", "-C", cwd],
    ...(model ? ["-m", model] : []),
    ...settings.flatMap((setting) => ["-c", setting]),
    "-",
  ];
}

/** What one turn of Codex has told so far. */
class Turn {
  message = "";
  started = false;
  ended: Extract<CodexEvent, { type: "turn.completed" | "turn.failed" }> | undefined;
  private session: string | undefined;
  private readonly files = new Set<string>();
  constructor(private readonly onProgress: (text: string) => void) {}

  get bytes(): number {
    return Buffer.byteLength(this.message);
  }

  take(event: CodexEvent | undefined): void {
    switch (event?.type) {
      case "thread.started":
        this.started = true;
        this.session = event.thread_id;
        break;
      case "item.started":
        if (event.item.type === "command_execution") this.tell(`$ ${event.item.command ?? ""}`);
        break;
      case "item.completed":
        this.completed(event.item);
        break;
      case "turn.completed":
      case "turn.failed":
        this.ended = event;
        break;
    }
  }

  private completed(item: CodexItem): void {
    if (item.type === "agent_message") this.message = item.text ?? "";
    if (item.type === "file_change" && item.status !== "failed") this.changed(item.changes ?? []);
    // A command was told of when it started.
    else if (item.type !== "command_execution") this.tell(item.text ?? item.message ?? "");
  }

  private changed(changes: readonly { readonly path: string }[]): void {
    const paths = changes.map(({ path }) => path);
    for (const path of paths) if (this.files.size < mostFiles) this.files.add(path);
    if (paths.length > 0) this.tell(`changed ${paths.join(", ")}`);
  }

  /** The first line that says something. */
  private tell(text: string): void {
    const line = oneLine(/\S.*/.exec(text)?.[0] ?? "", longestProgress);
    if (line !== "") this.onProgress(line);
  }

  facts(): Pick<Outcome, "usage" | "session_id" | "files_changed"> {
    const usage = this.ended?.type === "turn.completed" ? this.ended.usage : undefined;
    return {
      ...(usage ? { usage: reported(usage) } : {}),
      ...(this.session === undefined ? {} : { session_id: this.session }),
      ...(this.files.size > 0 ? { files_changed: [...this.files].sort() } : {}),
    };
  }
}

/** The figures that are there. */
const reported = (usage: Usage): Usage =>
  Object.fromEntries(Object.entries(usage).filter(([, figure]) => figure !== undefined));

/** Our own reason first, then the terminal event, and the exit status last. */
async function outcomeOf(end: ProcessEnd, turn: Turn, request: AttemptRequest): Promise<Outcome> {
  const ours = endedByUs(end, request);
  if (ours && end.ended !== "signalled") return ours;
  if (turn.ended?.type === "turn.completed") return judge(turn.message, "agent");
  if (turn.ended?.type === "turn.failed") {
    const message = turn.ended.error?.message || "the turn failed, and Codex did not say why";
    return { status: "fail", failure: codexFailure(message), reason: oneLine(message) };
  }
  if (ours) return ours;
  const { exitCode = 0 } = end;
  const said = (await tailOf(request.files.log)).trim().split("\n").at(-1) ?? "";
  if (!turn.started && exitCode !== 0) {
    const reason = oneLine(said || `exit status ${exitCode} before it began`);
    return { status: "error", failure: "configuration", reason };
  }
  // 128 and a signal's number: somebody has ended what the wrapper around Codex had started.
  const failure = exitCode === 137 || exitCode === 143 ? "killed" : "crashed";
  const reason = `ended with exit status ${exitCode} before its turn was over${said ? `: ${said}` : ""}`;
  return { status: "error", failure, reason: oneLine(reason) };
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
