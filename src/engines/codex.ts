import writeFileAtomic from "write-file-atomic";
import type { Outcome, Usage } from "../../schemas/outcome.ts";
import { printable } from "../printable.ts";
import { lineSplitter } from "../process/lines.ts";
import { type ProcessEnd, runProcess } from "../process/spawn.ts";
import { type CodexEvent, parseCodexEvent } from "./codex-events.ts";
import { codexFailure } from "./codex-failures.ts";
import { endedByUs, outputOf } from "./ended.ts";
import type { AttemptRequest, Engine } from "./engine.ts";
import { findExecutable } from "./find-executable.ts";
import { judge, oneLine, tailOf } from "./verdict.ts";

/** A longer event is passed over, in characters; final messages are far shorter. */
const longestEvent = 8 * 1024 * 1024;
const mostFiles = 500;

/** Carries a task out with the Codex CLI: `codex exec --json`, the prompt on standard input. */
export function codexEngine(config: { readonly executable?: string | undefined; readonly model?: string | undefined }): Engine {
  const program = config.executable ?? "codex";
  return {
    name: "codex",
    async missing() {
      if (await findExecutable(program)) return undefined;
      return `The engine "codex" needs the program "${program}", which is not here. Install it with "npm install -g @openai/codex", or choose another engine with --engine.`;
    },
    async attempt(request) {
      const turn = new Turn(request.onProgress);
      const path = (await findExecutable(program)) ?? program;
      const end = await runProcess({
        command: [path, ...argumentsFor(request, config.model)],
        input: request.prompt,
        cwd: request.cwd,
        env: request.env,
        marker: request.marker,
        stdoutFile: request.files.events,
        stderrFile: request.files.log,
        watchStdout: lineSplitter((line) => turn.take(parseCodexEvent(line)), longestEvent),
        timeoutMs: request.timeoutMs,
        signal: request.signal,
        graceMs: request.graceMs,
      });
      await writeFileAtomic(request.files.output, turn.message);
      return { ...(await outcomeOf(end, turn, request)), ...turn.facts(), ...outputOf(request, Buffer.byteLength(turn.message)) };
    },
  };
}

/** Everything on the command line, so that nothing depends on, or changes, the user's own configuration. */
function argumentsFor({ cwd, tier }: AttemptRequest, model: string | undefined): string[] {
  const settings = [
    'approval_policy="never"',
    `model_reasoning_effort="${tier === "fast" ? "low" : "high"}"`,
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
  private usage: Usage | undefined;
  private readonly files = new Set<string>();
  constructor(private readonly onProgress: (text: string) => void) {}

  take(event: CodexEvent | undefined): void {
    switch (event?.type) {
      case "thread.started":
        this.started = true;
        this.session = event.thread_id;
        break;
      case "item.started":
      case "item.completed":
        this.item(event.item, event.type === "item.completed");
        break;
      case "turn.completed": {
        this.ended = event;
        const { input_tokens, cached_input_tokens, output_tokens } = event.usage ?? {};
        this.usage = { input_tokens, cached_input_tokens, output_tokens };
        break;
      }
      case "turn.failed":
        this.ended = event;
        break;
    }
  }

  private item(item: Extract<CodexEvent, { type: "item.completed" }>["item"], completed: boolean): void {
    const [first = ""] = (item.text ?? item.command ?? item.message ?? "").split("\n");
    if (first) this.onProgress(printable(first));
    if (!completed) return;
    if (item.type === "agent_message") this.message = item.text ?? "";
    if (item.type !== "file_change") return;
    for (const { path } of item.changes ?? []) if (this.files.size < mostFiles) this.files.add(path);
  }

  facts(): Pick<Outcome, "usage" | "session_id" | "files_changed"> {
    return {
      ...(this.usage ? { usage: this.usage } : {}),
      ...(this.session === undefined ? {} : { session_id: this.session }),
      ...(this.files.size > 0 ? { files_changed: [...this.files].sort() } : {}),
    };
  }
}

/** Our own reason first, then the terminal event, and the exit status last. */
async function outcomeOf(end: ProcessEnd, turn: Turn, request: AttemptRequest): Promise<Outcome> {
  const ours = endedByUs(end, request);
  if (ours && end.ended !== "signalled") return ours;
  if (turn.ended?.type === "turn.completed") return judge(turn.message, "agent");
  if (turn.ended?.type === "turn.failed") {
    const { message } = turn.ended.error;
    return { status: "fail", failure: codexFailure(message), reason: oneLine(message) };
  }
  if (ours) return ours;
  const exit_code = end.exitCode ?? 0;
  const said = (await tailOf(request.files.log)).trim().split("\n").at(-1) ?? "";
  if (!turn.started && exit_code !== 0) {
    const reason = oneLine(said || `exit status ${exit_code} before it began`);
    return { status: "error", failure: "configuration", reason, exit_code };
  }
  const reason = `ended with exit status ${exit_code} in the middle of its turn${said ? `: ${said}` : ""}`;
  return { status: "error", failure: "crashed", reason: oneLine(reason), exit_code };
}
