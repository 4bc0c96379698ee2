import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Config } from "../../../schemas/config.ts";
import { handOverJsonSchema } from "../../../schemas/hand-over.ts";
import type { Outcome, Usage } from "../../../schemas/outcome.ts";
import { oneLine } from "../../text/one-line.ts";
import { missingProgram } from "../agent/examine.ts";
import { readResult } from "../agent/result.ts";
import { type Tuned, tuningOf } from "../agent/tuning.ts";
import { Happenings, less, runAgent, type Turn } from "../agent/turn.ts";
import type { AttemptRequest, Engine } from "../engine.ts";
import { lettingThrough } from "../environment.ts";
import { type CodexEvent, type CodexItem, parseCodexEvent } from "./events.ts";
import { examineCodex } from "./examine.ts";
import { codexFailure, secondsUntilReset } from "./failures.ts";
import { findCodex } from "./program.ts";
import tested from "./tested.json" with { type: "json" };

export type CodexConfig = Partial<Config["engines"]["codex"]> & Tuned;

/** Carries a task out with the Codex CLI: `codex exec --json`, the prompt on standard input. */
export function codexEngine(config: CodexConfig): Engine {
  const program = config.executable ?? "codex";
  const structured = config.structured ?? true;
  return {
    structured,
    canCommit: config.sandbox === "danger-full-access",
    async missing() {
      if (await findCodex(program)) return undefined;
      return missingProgram("codex", program, tested);
    },
    examine: (env) => examineCodex(program, config.sandbox ?? "workspace-write", env),
    async attempt(request) {
      const happenings = new Happenings(request);
      const turn = new CodexTurn(happenings, request.resume?.used);
      const form = structured ? await formFile(request) : undefined;
      const command = [
        (await findCodex(program)) ?? program,
        ...argumentsFor(request, config, form),
      ] as const;
      return withHint(await runAgent(command, request, turn, happenings), request);
    },
  };
}

/** A key for a provider of the user's own looks like anybody's secret: it is there, and has not got here. */
function withHint(outcome: Outcome, { env }: AttemptRequest): Outcome {
  const name = /^Missing environment variable: `(\w+)`/.exec(outcome.reason ?? "")?.[1];
  if (outcome.failure !== "auth" || !name || name in env || !process.env[name]) return outcome;
  return { ...outcome, reason: `${outcome.reason} ${lettingThrough("codex", name)}` };
}

/** Codex takes the form of the result in a file. */
async function formFile({ files }: AttemptRequest): Promise<string> {
  const file = join(dirname(files.events), "result.schema.json");
  await writeFileAtomic(file, `${JSON.stringify(handOverJsonSchema, null, 2)}\n`);
  return file;
}

/**
 * Everything on the command line, so that nothing changes the user's own configuration; their account and provider
 * stay theirs. No `-o`: the last message is in the events, and the file is to appear at once.
 */
function argumentsFor({ cwd, tier, resume }: AttemptRequest, config: CodexConfig, form?: string): string[] {
  const { model, effort } = tuningOf(config, tier);
  const settings = [
    'approval_policy="never"',
    `model_reasoning_effort="${effort}"`,
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
    ...["-s", config.sandbox ?? "workspace-write", "-C", cwd],
    ...(model ? ["-m", model] : []),
    ...(form ? ["--output-schema", form] : []),
    ...settings.flatMap((setting) => ["-c", setting]),
    ...(resume ? ["resume", resume.sessionId] : []),
    "-",
  ];
}

/** What one turn of Codex has told so far. */
class CodexTurn implements Turn {
  message = "";
  started = false;
  session: string | undefined;
  usage: Usage | undefined;
  sessionUsage: Usage | undefined;
  ended: "done" | Outcome | undefined;
  constructor(
    private readonly happenings: Happenings,
    /** Codex counts what a session has used from its beginning. */
    private readonly usedBefore: Usage | undefined,
  ) {}

  take = (line: string): void => this.took(parseCodexEvent(line));

  private took(event: CodexEvent | undefined): void {
    switch (event?.type) {
      case "thread.started":
        this.started = true;
        this.session = event.thread_id;
        break;
      case "item.started":
        if (event.item.type === "command_execution") this.happenings.tell(`$ ${event.item.command ?? ""}`);
        break;
      case "item.completed":
        this.completed(event.item);
        break;
      case "error":
        this.happenings.tell(event.message ?? "");
        break;
      case "turn.completed":
        this.ended = "done";
        if (event.usage) {
          this.sessionUsage = less(event.usage);
          this.usage = less(event.usage, this.usedBefore);
        }
        break;
      case "turn.failed": {
        const message = event.error?.message || "the turn failed, and Codex did not say why";
        const failure = codexFailure(message);
        const wait = failure === "rate_limited" ? secondsUntilReset(message, new Date()) : undefined;
        const retry = wait === undefined ? {} : { retry_after_s: wait };
        this.ended = { status: "fail", failure, reason: oneLine(message), ...retry };
        break;
      }
    }
  }

  private completed(item: CodexItem): void {
    if (item.type === "agent_message") {
      this.message = item.text ?? "";
      this.happenings.tell(readResult(this.message).text);
    } else if (item.type === "file_change") {
      if (item.status !== "failed") this.happenings.changed((item.changes ?? []).map(({ path }) => path));
    } else if (item.type !== "command_execution") {
      // A command was told of when it started.
      this.happenings.tell(item.text ?? item.message ?? "");
    }
  }
}
