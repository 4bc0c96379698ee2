import type { Config } from "../../../schemas/config.ts";
import { handOverJsonSchema } from "../../../schemas/hand-over.ts";
import { isDone, type Outcome } from "../../../schemas/outcome.ts";
import { oneLine } from "../../text/one-line.ts";
import { missingProgram } from "../agent/examine.ts";
import { type Tuned, tuningOf } from "../agent/tuning.ts";
import { runAgent, Turn, usageSince } from "../agent/turn.ts";
import type { AttemptRequest, Engine } from "../engine.ts";
import { findExecutable } from "../find-executable.ts";
import { type ClaudePart, type ClaudeResult, parseClaudeEvent } from "./events.ts";
import { examineClaude } from "./examine.ts";
import { claudeFailure } from "./failures.ts";
import tested from "./tested.json" with { type: "json" };

const writingTools: readonly string[] = ["Write", "Edit", "MultiEdit", "NotebookEdit"];
const defaultTools: readonly string[] = ["Bash"];

export type ClaudeConfig = Partial<Config["engines"]["claude"]> & Tuned;

/** Runs tasks with Claude Code: `claude -p`, with the prompt on standard input. */
export function claudeEngine(config: ClaudeConfig): Engine {
  const program = config.executable ?? "claude";
  return {
    structured: config.structured ?? true,
    canCommit: true,
    async missing() {
      return (await findExecutable(program)) ? undefined : missingProgram("claude", program, tested);
    },
    examine: (env) => examineClaude(program, config.allowed_tools ?? defaultTools, env),
    async attempt(request) {
      const turn = new ClaudeTurn(request);
      const command = [(await findExecutable(program)) ?? program, ...argumentsFor(request, config)] as const;
      const outcome = await runAgent(command, request, turn, defaults);
      return isDone(outcome.status) ? { ...outcome, ...turn.denials() } : outcome;
    },
  };
}

/** Defaults for its environment. Its own ten retries would take three minutes, in addition to ours. */
const defaults = { CLAUDE_CODE_MAX_RETRIES: "3", DISABLE_AUTOUPDATER: "1" };

/** Builds the command line, which holds every setting, so that the user's own configuration stays as it is. */
function argumentsFor({ tier, resume, files }: AttemptRequest, config: ClaudeConfig): string[] {
  const { model, effort } = tuningOf(config, tier);
  const tools = config.allowed_tools ?? defaultTools;
  return [
    "-p",
    ...["--output-format", "stream-json", "--verbose"],
    ...["--permission-mode", "acceptEdits", "--strict-mcp-config"],
    ...(config.project_settings === false ? ["--setting-sources", "user"] : []),
    ...["--effort", effort],
    ...(model ? ["--model", model] : []),
    ...(config.max_turns === undefined ? [] : ["--max-turns", `${config.max_turns}`]),
    ...(config.max_cost === undefined ? [] : ["--max-budget-usd", `${config.max_cost}`]),
    ...((config.structured ?? true) ? ["--json-schema", JSON.stringify(handOverJsonSchema)] : []),
    // The prompt names files there, outside its working directory.
    ...["--add-dir", files.given],
    ...(resume ? ["--resume", resume.sessionId] : []),
    // Last, because it takes every argument after it.
    ...(tools.length > 0 ? ["--allowedTools", ...tools] : []),
  ];
}

/** A turn of Claude Code. */
class ClaudeTurn extends Turn {
  private error: string | undefined;
  private denied: NonNullable<ClaudeResult["permission_denials"]> = [];

  readLine(line: string): void {
    const event = parseClaudeEvent(line);
    switch (event?.type) {
      case "system":
        if (event.subtype === "init") this.started = true;
        if (event.session_id !== undefined) this.session = event.session_id;
        if (event.subtype === "api_retry") {
          const { attempt, max_retries, error } = event;
          this.activity.report(`retry ${attempt} of ${max_retries}: ${error}`);
        }
        break;
      case "assistant":
        this.error = event.error;
        for (const part of event.message?.content ?? [])
          this.readPart(part, event.parent_tool_use_id === undefined);
        break;
      case "result":
        this.readResult(event);
        break;
    }
  }

  /** Reads a part of a message, by this agent or by one that it has started. */
  private readPart({ type, text, name = "", input = {} }: ClaudePart, isOwn: boolean): void {
    if (type === "text" && text?.trim()) {
      if (isOwn) this.message = text;
      this.activity.report(text);
    } else if (type === "tool_use" && name === "Bash") {
      this.activity.report(`$ ${input.command}`);
    } else if (type === "tool_use" && writingTools.includes(name)) {
      const path = input.file_path ?? input.notebook_path;
      if (typeof path === "string") this.activity.reportChanges([path]);
    }
  }

  private readResult(event: ClaudeResult): void {
    if (event.session_id !== undefined) this.session = event.session_id;
    this.readUsage(event);
    this.denied = event.permission_denials ?? [];
    if (event.is_error === false) {
      this.message = event.structured_output ? JSON.stringify(event.structured_output) : (event.result ?? "");
      this.ended = "done";
      return;
    }
    const said = event.errors?.join("; ") || event.result || `ended as ${event.subtype}, without a reason`;
    this.ended = { status: "fail", failure: claudeFailure(event, this.error), reason: oneLine(said) };
  }

  /** Reads the usage: tokens of the turn, and the cost of the session, or in older versions of the turn. */
  private readUsage({ usage, total_cost_usd: cost_usd }: ClaudeResult): void {
    const { input_tokens, cache_creation_input_tokens = 0, cache_read_input_tokens } = usage ?? {};
    const tokens = usageSince({
      input_tokens:
        input_tokens === undefined
          ? undefined
          : input_tokens + cache_creation_input_tokens + (cache_read_input_tokens ?? 0),
      cached_input_tokens: cache_read_input_tokens,
      output_tokens: usage?.output_tokens,
    });
    const before = this.usedBefore?.cost_usd ?? 0;
    // A cost that is lower than before can only be that of the turn.
    const isOfSession = cost_usd !== undefined && cost_usd >= before;
    this.usage = { ...tokens, ...usageSince({ cost_usd }, isOfSession ? { cost_usd: before } : {}) };
    if (cost_usd === undefined) return;
    this.sessionUsage = usageSince({ cost_usd: isOfSession ? cost_usd : cost_usd + before });
  }

  /** Turns a success into a warning if something was not permitted. Returns undefined if everything was. */
  denials(): Pick<Outcome, "status" | "reason"> | undefined {
    if (this.denied.length === 0) return undefined;
    const list = this.denied.map(({ tool_name = "a tool", tool_input = {} }) => {
      const what = tool_input.command ?? tool_input.file_path ?? tool_input.url;
      return typeof what === "string" ? `${tool_name} ${what}` : tool_name;
    });
    return { status: "warn", reason: oneLine(`not permitted: ${[...new Set(list)].join("; ")}`) };
  }
}
