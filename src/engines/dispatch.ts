import { rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Outcome, type Status, statuses } from "../../schemas/outcome.ts";
import { lastLines } from "../process/lines.ts";
import { type ProcessEnd, runProcess } from "../process/spawn.ts";
import { oneLine } from "../text/one-line.ts";
import { tailOf } from "../text/tail.ts";
import { endedByUs, outputOf } from "./agent/ended.ts";
import { parseHandOver } from "./agent/verdict.ts";
import type { AttemptRequest, Engine } from "./engine.ts";
import { isExecutable } from "./find-executable.ts";

const variable = "CLAVAIN_DISPATCH_SH";

/**
 * Carries a task out with a dispatch script: `SCRIPT --prompt-file F -C DIR -o OUT --tier TIER -s workspace-write`.
 * What came of it stands in the sidecar `OUT.verdict`; the exit status alone is never believed.
 */
export function dispatchEngine(
  config: { readonly script?: string | undefined },
  env: NodeJS.ProcessEnv,
): Engine {
  const named = env[variable] || config.script;
  const script = named === undefined ? undefined : resolve(named);
  return {
    structured: false,
    // It is asked for `-s workspace-write`, as Codex is.
    canCommit: false,
    async missing() {
      if (script === undefined) {
        return `The engine "dispatch" needs a dispatch script, and none is named. Set ${variable} to its path, or engines.dispatch.script in interserve.config.yaml.`;
      }
      if ((await sizeOf(script)) !== undefined) return undefined;
      return `The engine "dispatch" needs its script "${script}", which is no file. Set ${variable} to its path.`;
    },
    async examine() {
      if (script !== undefined && (await sizeOf(script)) !== undefined)
        return [{ name: "dispatch", status: "ok", found: script }];
      const advice = `set ${variable} to a dispatch script, to use this engine`;
      return [{ name: "dispatch", status: "absent", found: script ?? "no script is named", advice }];
    },
    async attempt(request) {
      if (script === undefined) {
        return { status: "error", failure: "configuration", reason: "no dispatch script is named" };
      }
      const { output } = request.files;
      // What an earlier try has left must not be taken for the result of this one.
      for (const stale of [output, sidecarOf(output)]) await rm(stale, { recursive: true, force: true });
      const end = await dispatch(script, request);
      const bytes = await sizeOf(output);
      const handOver = parseHandOver(await tailOf(output));
      return {
        ...(endedByUs(end, request) ?? (await outcomeOf(end.exitCode ?? 0, request))),
        ...(handOver === undefined ? {} : { hand_over: handOver }),
        ...(bytes === undefined ? {} : outputOf(request, bytes)),
      };
    },
  };
}

const sidecarOf = (output: string): string => `${output}.verdict`;

/** The size of a file; nothing where there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isFile() ? facts.size : undefined;
}

async function dispatch(script: string, request: AttemptRequest): Promise<ProcessEnd> {
  const { cwd, env, marker, timeoutMs, stallMs, signal, graceMs, tier, files } = request;
  const program = (await isExecutable(script)) ? [script] : ["bash", script];
  const to = ["--prompt-file", files.prompt, "-C", cwd, "-o", files.output];
  const how = ["--tier", tier, "-s", "workspace-write"];
  return runProcess({
    // Both of its streams are one log.
    command: ["/bin/sh", "-c", 'exec "$@" 2>&1', "sh", ...program, ...to, ...how],
    cwd,
    env,
    marker,
    stdoutFile: files.log,
    watchStdout: lastLines((line) => request.onProgress(oneLine(line))),
    timeoutMs,
    stallMs,
    signal,
    graceMs,
  });
}

const verdicts = statuses.filter((status) => status !== "skipped" && status !== "cancelled");
const isVerdict = (word: string): word is (typeof verdicts)[number] =>
  (verdicts as readonly string[]).includes(word);

/** A pass needs both: the verdict and the exit status. */
async function outcomeOf(exit_code: number, { files }: AttemptRequest): Promise<Outcome> {
  const block = parseSidecar(await tailOf(sidecarOf(files.output)));
  if (!block) {
    const said = (await tailOf(files.log)).trim().split("\n").at(-1);
    const reason = `exit status ${exit_code}, and it left no verdict${said ? `: ${said}` : ""}`;
    return { status: "error", failure: "crashed", reason: oneLine(reason), exit_code };
  }
  const word = oneLine(block.get("STATUS") ?? "", 40).toLowerCase();
  const summary = oneLine(block.get("SUMMARY") ?? block.get("REASON") ?? "");
  const said = { verdict: oneLine(summary ? `${word}: ${summary}` : word), exit_code };
  const reason = summary || `its verdict is ${word}, without a summary`;
  if (word === "retry") return { status: "error", failure: "transient", ...said, reason };
  if (!isVerdict(word)) {
    const known = [...verdicts, "retry"].join(", ");
    const found = word ? `found "${word}"` : "found none";
    return { status: "fail", failure: "task", ...said, reason: `expected a STATUS of ${known}, ${found}` };
  }
  const isDone = word === "pass" || word === "warn";
  if (isDone && exit_code !== 0) {
    const both = `its verdict is ${word}, but its exit status ${exit_code}${summary ? `: ${summary}` : ""}`;
    return { status: "fail", failure: "task", ...said, reason: oneLine(both) };
  }
  if (word === "pass") return { status: word, ...said };
  return { status: word, ...(isFailure(word) ? { failure: "task" } : {}), ...said, reason };
}

const isFailure = (status: Status): boolean => status === "fail" || status === "error";

/** The lines `KEY: value` between `--- VERDICT ---` and `---`; the last such block, the first of a key. */
function parseSidecar(text: string): ReadonlyMap<string, string> | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const start = lines.lastIndexOf("--- VERDICT ---");
  if (start < 0) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith("---"));
  const block = new Map<string, string>();
  for (const line of end < 0 ? rest : rest.slice(0, end)) {
    const [, key, value = ""] = /^([A-Z_]+):\s*(.*)$/s.exec(line) ?? [];
    if (key && !block.has(key)) block.set(key, value);
  }
  return block;
}
