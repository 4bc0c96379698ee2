import type { Config } from "../../../schemas/config.ts";
import { handOverJsonSchema } from "../../../schemas/hand-over.ts";
import { isDone, type Outcome, type Usage } from "../../../schemas/outcome.ts";
import { oneLine } from "../../text/one-line.ts";
import { missingProgram } from "../agent/examine.ts";
import { type Tuned, tuningOf } from "../agent/tuning.ts";
import { Happenings, less, runAgent, type Turn } from "../agent/turn.ts";
import type { AttemptRequest, Engine } from "../engine.ts";
import { findExecutable } from "../find-executable.ts";
import { type ClaudePart, type ClaudeResult, parseClaudeEvent } from "./events.ts";
import { examineClaude } from "./examine.ts";
import { claudeFailure } from "./failures.ts";
import tested from "./tested.json" with { type: "json" };

const writers: readonly string[] = ["Write", "Edit", "MultiEdit", "NotebookEdit"];

export type ClaudeConfig = Partial<Config["engines"]["claude"]> & Tuned;

/** Carries a task out with Claude Code: `claude -p`, the prompt on standard input. */
export function claudeEngine(config: ClaudeConfig): Engine {
  const program = config.executable ?? "claude";
  return {
    structured: config.structured ?? true,
    canCommit: true,
    async missing() {
      if (await findExecutable(program)) return undefined;
      return missingProgram("claude", program, tested);
    },
    examine: (env) => examineClaude(program, config.allowed_tools ?? ["Bash"], env),
    async attempt(request) {
      const happenings = new Happenings(request);
      const turn = new ClaudeTurn(happenings, request.resume?.used);
      const command = [(await findExecutable(program)) ?? program, ...argumentsFor(request, config)] as const;
      const outcome = await runAgent(command, request, turn, happenings, quiet);
      return isDone(outcome.status) ? { ...outcome, ...turn.denied() } : outcome;
    },
  };
}

/** Where the environment says nothing else. Its own ten retries take three minutes; ours come on top. */
const quiet = { CLAUDE_CODE_MAX_RETRIES: "3", DISABLE_AUTOUPDATER: "1" };

/** Everything on the command line, so that nothing changes the user's own configuration; their account stays theirs. */
function argumentsFor({ tier, resume }: AttemptRequest, config: ClaudeConfig): string[] {
  const { model, effort } = tuningOf(config, tier);
  const tools = config.allowed_tools ?? ["Bash"];
  return [
    "-p",
    ...["--output-format", "stream-json", "--verbose"],
    ...["--permission-mode", "acceptEdits", "--strict-mcp-config"],
    ...["--effort", effort],
    ...(model ? ["--model", model] : []),
    ...(config.max_turns === undefined ? [] : ["--max-turns", `${config.max_turns}`]),
    ...(config.max_cost === undefined ? [] : ["--max-budget-usd", `${config.max_cost}`]),
    ...((config.structured ?? true) ? ["--json-schema", JSON.stringify(handOverJsonSchema)] : []),
    ...(resume ? ["--resume", resume.sessionId] : []),
    // Takes all that follows.
    ...(tools.length > 0 ? ["--allowedTools", ...tools] : []),
  ];
}

/** What one turn of Claude Code has told so far. */
class ClaudeTurn implements Turn {
  message = "";
  started = false;
  session: string | undefined;
  usage: Usage | undefined;
  sessionUsage: Usage | undefined;
  ended: "done" | Outcome | undefined;
  private error: string | undefined;
  private denials: NonNullable<ClaudeResult["permission_denials"]> = [];
  constructor(
    private readonly happenings: Happenings,
    private readonly usedBefore: Usage | undefined,
  ) {}

  take = (line: string): void => {
    const event = parseClaudeEvent(line);
    switch (event?.type) {
      case "system":
        if (event.subtype === "init") this.started = true;
        if (event.session_id !== undefined) this.session = event.session_id;
        if (event.subtype === "api_retry") {
          const { attempt, max_retries, error } = event;
          this.happenings.tell(`asks again, ${attempt} of ${max_retries}: ${error}`);
        }
        break;
      case "assistant":
        this.error = event.error;
        for (const part of event.message?.content ?? [])
          this.did(part, event.parent_tool_use_id === undefined);
        break;
      case "result":
        this.result(event);
        break;
    }
  };

  private did({ type, text, name = "", input = {} }: ClaudePart, isOwn: boolean): void {
    if (type === "text" && text?.trim()) {
      if (isOwn) this.message = text;
      this.happenings.tell(text);
    } else if (type === "tool_use" && name === "Bash") {
      this.happenings.tell(`$ ${input.command}`);
    } else if (type === "tool_use" && writers.includes(name)) {
      const path = input.file_path ?? input.notebook_path;
      if (typeof path === "string") this.happenings.changed([path]);
    }
  }

  private result(event: ClaudeResult): void {
    if (event.session_id !== undefined) this.session = event.session_id;
    this.usage = this.used(event);
    this.denials = event.permission_denials ?? [];
    if (event.is_error === false) {
      this.message = event.structured_output ? JSON.stringify(event.structured_output) : (event.result ?? "");
      this.ended = "done";
      return;
    }
    const said = event.errors?.join("; ") || event.result || `ended as ${event.subtype}, without a reason`;
    this.ended = { status: "fail", failure: claudeFailure(event, this.error), reason: oneLine(said) };
  }

  /** Tokens are those of the turn; the cost is that of the session from its beginning, in older versions of the turn. */
  private used({ usage, total_cost_usd }: ClaudeResult): Usage {
    const { input_tokens, cache_creation_input_tokens = 0, cache_read_input_tokens } = usage ?? {};
    const tokens = less({
      input_tokens:
        input_tokens === undefined
          ? undefined
          : input_tokens + cache_creation_input_tokens + (cache_read_input_tokens ?? 0),
      cached_input_tokens: cache_read_input_tokens,
      output_tokens: usage?.output_tokens,
    });
    const before = this.usedBefore?.cost_usd ?? 0;
    const isOfSession = total_cost_usd !== undefined && total_cost_usd >= before;
    const ofSession = (total_cost_usd ?? 0) + (isOfSession ? 0 : before);
    if (total_cost_usd !== undefined) this.sessionUsage = less({ cost_usd: ofSession });
    return { ...tokens, ...less({ cost_usd: total_cost_usd }, isOfSession ? { cost_usd: before } : {}) };
  }

  /** A success in which something was not permitted is one with a caveat. */
  denied(): Pick<Outcome, "status" | "reason"> | undefined {
    if (this.denials.length === 0) return undefined;
    const list = this.denials.map(({ tool_name = "a tool", tool_input = {} }) => {
      const what = tool_input.command ?? tool_input.file_path ?? tool_input.url;
      return typeof what === "string" ? `${tool_name} ${what}` : tool_name;
    });
    return { status: "warn", reason: oneLine(`it was not permitted: ${[...new Set(list)].join("; ")}`) };
  }
}
