import { dirname, join } from "node:path";
import type { Config } from "../../../schemas/config.ts";
import { handOverJsonSchema } from "../../../schemas/hand-over.ts";
import type { Outcome } from "../../../schemas/outcome.ts";
import { oneLine } from "../../text/one-line.ts";
import { replacePrivateFile } from "../../text/private-files.ts";
import { missingProgram } from "../agent/examine.ts";
import { readResult } from "../agent/result.ts";
import { type Tuned, tuningOf } from "../agent/tuning.ts";
import { runAgent, Turn, usageSince } from "../agent/turn.ts";
import type { AttemptRequest, Engine } from "../engine.ts";
import { allowHint } from "../environment.ts";
import { type CodexEvent, type CodexItem, parseCodexEvent } from "./events.ts";
import { examineCodex } from "./examine.ts";
import { codexFailure, secondsUntilReset } from "./failures.ts";
import { findCodex } from "./program.ts";
import tested from "./tested.json" with { type: "json" };
import { protectRecord, unprotected } from "./writable-roots.ts";

export type CodexConfig = Partial<Config["engines"]["codex"]> & Tuned;

/** Runs tasks with the Codex CLI: `codex exec --json`, with the prompt on standard input. */
export function codexEngine(config: CodexConfig): Engine {
  const program = config.executable ?? "codex";
  const structured = config.structured ?? true;
  return {
    structured,
    canCommit: config.sandbox === "danger-full-access",
    async missing() {
      return (await findCodex(program)) ? undefined : missingProgram("codex", program, tested);
    },
    examine: (env) => examineCodex(program, config.sandbox ?? "workspace-write", env),
    async attempt(request) {
      const schema = structured ? await writeSchema(request) : undefined;
      const isSandboxed = config.sandbox !== "danger-full-access";
      const protection = isSandboxed ? await protectRecord(request) : unprotected;
      const args = argumentsFor(request, config, protection.settings, schema);
      const command = [(await findCodex(program)) ?? program, ...args] as const;
      const protectedRequest = { ...request, env: { ...request.env, ...protection.env } };
      return withHint(await runAgent(command, protectedRequest, new CodexTurn(request)), request);
    },
  };
}

/** Adds a hint if Codex misses a variable that it was not given because it looks like a secret. */
function withHint(outcome: Outcome, { env }: AttemptRequest): Outcome {
  const name = /^Missing environment variable: `(\w+)`/.exec(outcome.reason ?? "")?.[1];
  if (outcome.failure !== "auth" || !name || name in env || !process.env[name]) return outcome;
  return { ...outcome, reason: `${outcome.reason} (${allowHint("codex", name)})` };
}

/** Writes the JSON Schema of the result to a file, as Codex takes it. Returns the file's path. */
async function writeSchema({ files }: AttemptRequest): Promise<string> {
  const file = join(dirname(files.events), "result.schema.json");
  await replacePrivateFile(file, `${JSON.stringify(handOverJsonSchema, null, 2)}\n`);
  return file;
}

/**
 * Builds the command line, which holds every setting, so that the user's own configuration stays as it is; account and
 * provider are the user's. There is no `-o`: the last message is among the events, and the output file is to appear
 * complete.
 */
function argumentsFor(
  { cwd, tier, resume }: AttemptRequest,
  config: CodexConfig,
  protection: readonly string[],
  schema?: string,
): string[] {
  const { model, effort } = tuningOf(config, tier);
  const settings = [
    'approval_policy="never"',
    `model_reasoning_effort="${effort}"`,
    // Plugins look up hosts on the internet before anything else.
    "features.plugins=false",
    // With it, a refused connection is retried for ever.
    "features.unbounded_connection_retries=false",
    "check_for_update_on_startup=false",
    ...protection,
  ];
  return [
    "exec",
    "--json",
    "--skip-git-repo-check",
    ...["-s", config.sandbox ?? "workspace-write", "-C", cwd],
    ...(model ? ["-m", model] : []),
    ...(schema ? ["--output-schema", schema] : []),
    ...settings.flatMap((setting) => ["-c", setting]),
    ...(resume ? ["resume", resume.sessionId] : []),
    "-",
  ];
}

/** A turn of Codex, which counts usage from the beginning of the session. */
class CodexTurn extends Turn {
  readLine(line: string): void {
    const event = parseCodexEvent(line);
    switch (event?.type) {
      case "thread.started":
        this.started = true;
        this.session = event.thread_id;
        break;
      case "item.started":
        if (event.item.type === "command_execution") this.activity.report(`$ ${event.item.command ?? ""}`);
        break;
      case "item.completed":
        this.readItem(event.item);
        break;
      case "error":
        this.activity.report(event.message ?? "");
        break;
      case "turn.completed":
        this.ended = "done";
        if (event.usage) {
          this.sessionUsage = usageSince(event.usage);
          this.usage = usageSince(event.usage, this.usedBefore);
        }
        break;
      case "turn.failed":
        this.ended = failedTurn(event);
        break;
    }
  }

  private readItem(item: CodexItem): void {
    if (item.type === "agent_message") {
      this.message = item.text ?? "";
      this.activity.report(readResult(this.message).text);
    } else if (item.type === "file_change") {
      if (item.status !== "failed") this.activity.reportChanges((item.changes ?? []).map(({ path }) => path));
    } else if (item.type !== "command_execution") {
      // A command was reported when it started.
      this.activity.report(item.text ?? item.message ?? "");
    }
  }
}

function failedTurn({ error }: Extract<CodexEvent, { type: "turn.failed" }>): Outcome {
  const message = error?.message || "the turn failed, and Codex did not say why";
  const failure = codexFailure(message);
  const retry_after_s = failure === "rate_limited" ? secondsUntilReset(message, new Date()) : undefined;
  return {
    status: "fail",
    failure,
    reason: oneLine(message),
    ...(retry_after_s === undefined ? {} : { retry_after_s }),
  };
}
