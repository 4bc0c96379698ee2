import { rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isDone, type Outcome, statuses } from "../../schemas/outcome.ts";
import { lastLines } from "../process/lines.ts";
import { type ProcessEnd, runProcess } from "../process/spawn.ts";
import { errorLine } from "../text/error-line.ts";
import { oneLine } from "../text/one-line.ts";
import { readShownFile } from "../text/shown-file.ts";
import { textLines } from "../text/text-lines.ts";
import { comparable } from "../text/visible.ts";
import { readClosing } from "./agent/closing.ts";
import { outcomeUnlessExited, outputOf } from "./agent/ended.ts";

import type { AttemptRequest, Engine } from "./engine.ts";
import { isExecutable } from "./find-executable.ts";

const variable = "CLAVAIN_DISPATCH_SH";

/**
 * Runs tasks with a dispatch script: `SCRIPT --prompt-file F -C DIR -o OUT --tier TIER -s workspace-write`. The result
 * is in the sidecar file `OUT.verdict`; the exit status alone does not decide.
 */
export function dispatchEngine(
  config: { readonly script?: string | undefined },
  env: NodeJS.ProcessEnv,
): Engine {
  const path = env[variable] || config.script;
  const script = path === undefined ? undefined : resolve(path);
  const hasScript = async () => script !== undefined && (await sizeOf(script)) !== undefined;
  return {
    structured: false,
    // The script is asked for `-s workspace-write`, in which `.git` is read-only.
    canCommit: false,
    async missing() {
      if (script === undefined) {
        return `The engine "dispatch" needs a dispatch script. Set ${variable} to its path, or engines.dispatch.script in interserve.config.yaml.`;
      }
      if (await hasScript()) return undefined;
      return `The engine "dispatch" needs the script "${script}", which is not a file. Set ${variable} to its path.`;
    },
    async examine() {
      if (await hasScript()) return [{ name: "dispatch", status: "ok", found: script ?? "" }];
      const advice = `set ${variable} to a dispatch script, to use this engine`;
      const found = script === undefined ? "no script is configured" : `${script} is not a file`;
      return [{ name: "dispatch", status: "absent", found, advice }];
    },
    async attempt(request) {
      if (script === undefined) {
        return { status: "error", failure: "configuration", reason: "no dispatch script is configured" };
      }
      return attempt(script, request);
    },
  };
}

async function attempt(script: string, request: AttemptRequest): Promise<Outcome> {
  const { output } = request.files;
  // Files of an earlier attempt must not count as the result of this one.
  for (const stale of [output, sidecarOf(output)]) await rm(stale, { recursive: true, force: true });
  const end = await runScript(script, request);
  const bytes = await sizeOf(output);
  const { handOver } = await readClosing(output);
  return {
    ...(outcomeUnlessExited(end, request) ?? (await outcomeOf(end.exitCode ?? 0, request))),
    ...(handOver === undefined ? {} : { hand_over: handOver }),
    ...(bytes === undefined ? {} : outputOf(request, bytes)),
  };
}

const sidecarOf = (output: string): string => `${output}.verdict`;

/** The size of a file in bytes; undefined if it is not one. */
async function sizeOf(path: string): Promise<number | undefined> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isFile() ? facts.size : undefined;
}

async function runScript(script: string, request: AttemptRequest): Promise<ProcessEnd> {
  const { cwd, tier, files } = request;
  const program = (await isExecutable(script)) ? [script] : ["bash", script];
  const paths = ["--prompt-file", files.prompt, "-C", cwd, "-o", files.output];
  const options = ["--tier", tier, "-s", "workspace-write"];
  return runProcess({
    ...request,
    // Both streams go into one log.
    command: ["/bin/sh", "-c", 'exec "$@" 2>&1', "sh", ...program, ...paths, ...options],
    stdoutFile: files.log,
    watchStdout: lastLines((line) => request.onProgress(oneLine(line))),
  });
}

const verdicts = statuses.filter((status) => status !== "skipped" && status !== "cancelled");
const isVerdict = (word: string): word is (typeof verdicts)[number] =>
  (verdicts as readonly string[]).includes(word);

/** Decides the outcome of a script that exited. To pass, both the sidecar and the exit status must say so. */
async function outcomeOf(exit_code: number, { files }: AttemptRequest): Promise<Outcome> {
  const sidecar = await readSidecar(sidecarOf(files.output));
  if (!sidecar) {
    const error = await errorLine(files.log);
    const reason = `exit status ${exit_code} and no verdict${error ? `: ${error}` : ""}`;
    return { status: "error", failure: "crashed", reason: oneLine(reason), exit_code };
  }
  const word = oneLine(sidecar.get("STATUS") ?? "", 40).toLowerCase();
  const summary = oneLine(sidecar.get("SUMMARY") ?? sidecar.get("REASON") ?? "");
  return { ...judgeStatus(word, summary, exit_code), exit_code };
}

function judgeStatus(word: string, summary: string, exitCode: number): Outcome {
  const verdict = oneLine(summary ? `${word}: ${summary}` : word);
  const reason = summary || `the verdict is ${word}, without a summary`;
  if (word === "retry") return { status: "error", failure: "transient", verdict, reason };
  if (!isVerdict(word)) {
    const found = word ? `"${word}"` : "none";
    const expected = `expected a STATUS of ${[...verdicts, "retry"].join(", ")}, found ${found}`;
    return { status: "fail", failure: "task", verdict, reason: expected };
  }
  if (isDone(word) && exitCode !== 0) {
    const both = `the verdict is ${word}, but the exit status is ${exitCode}${summary ? `: ${summary}` : ""}`;
    return { status: "fail", failure: "task", verdict, reason: oneLine(both) };
  }
  if (word === "pass") return { status: word, verdict };
  const isFailure = word === "fail" || word === "error";
  return { status: word, ...(isFailure ? { failure: "task" } : {}), verdict, reason };
}

/**
 * Reads the lines `KEY: value` between `--- VERDICT ---` and `---`. The last such block counts, and in it the first of
 * each key. Returns undefined if there is no block.
 */
async function readSidecar(file: string): Promise<ReadonlyMap<string, string> | undefined> {
  let block: Map<string, string> | undefined;
  let isOpen = false;
  const readLine = (line: string) => {
    const text = comparable(line).trim();
    if (text === "--- VERDICT ---") block = new Map();
    if (text.startsWith("---")) isOpen = text === "--- VERDICT ---";
    const [, key, value = ""] = /^([A-Z_]+):\s*(.*)$/s.exec(text) ?? [];
    if (isOpen && key && !block?.has(key)) block?.set(key, value);
  };
  await readShownFile(file, textLines(readLine));
  return block;
}
