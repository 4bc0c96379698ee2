import { rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Outcome, type Status, statuses } from "../../schemas/outcome.ts";
import { printable } from "../printable.ts";
import { lastLines } from "../process/lines.ts";
import { type ProcessEnd, runProcess } from "../process/spawn.ts";
import { endedByUs, outputOf } from "./ended.ts";
import type { AttemptRequest, Engine } from "./engine.ts";
import { isExecutable } from "./find-executable.ts";
import { oneLine, parseHandOver, tailOf } from "./verdict.ts";

const variable = "CLAVAIN_DISPATCH_SH";

/**
 * Carries a task out with a dispatch script: `SCRIPT --prompt-file F -C DIR -o OUT --tier TIER -s workspace-write`.
 * What came of it stands in the sidecar `OUT.verdict`; the exit status alone is never believed.
 */
export function dispatchEngine(config: { readonly script?: string | undefined }, env: NodeJS.ProcessEnv): Engine {
  const script = env[variable] || config.script;
  return {
    name: "dispatch",
    async missing() {
      if (!script) {
        return `The engine "dispatch" needs a dispatch script, and none is named. Set ${variable} to its path, or engines.dispatch.script in interserve.config.yaml.`;
      }
      const isFile = await stat(resolve(script)).then((facts) => facts.isFile(), () => false);
      return isFile ? undefined : `The engine "dispatch" needs its script ${script}, which is no file. Set ${variable} to its path.`;
    },
    async attempt(request) {
      const { prompt, output, log } = request.files;
      await rm(output, { force: true });
      await rm(sidecarOf(output), { force: true });
      const path = resolve(script ?? "");
      const args = ["--prompt-file", prompt, "-C", request.cwd, "-o", output, "--tier", request.tier, "-s", "workspace-write"];
      const end = await runProcess({
        // Both of its streams are one log.
        command: ["/bin/sh", "-c", 'exec "$@" 2>&1', "sh", ...(await isExecutable(path) ? [] : ["bash"]), path, ...args],
        cwd: request.cwd,
        env: request.env,
        marker: request.marker,
        stdoutFile: log,
        watchStdout: lastLines((line) => request.onProgress(printable(line))),
        timeoutMs: request.timeoutMs,
        signal: request.signal,
        graceMs: request.graceMs,
      });
      const bytes = await stat(output).then(({ size }) => size, () => undefined);
      const handOver = parseHandOver(await tailOf(output));
      return {
        ...(endedByUs(end, request) ?? (await outcomeOf(end, output))),
        ...(handOver === undefined ? {} : { hand_over: handOver }),
        ...(bytes === undefined ? {} : outputOf(request, bytes)),
      };
    },
  };
}

const sidecarOf = (output: string): string => `${output}.verdict`;

async function outcomeOf(end: ProcessEnd, output: string): Promise<Outcome> {
  const exit_code = end.exitCode ?? 0;
  const sidecar = await tailOf(sidecarOf(output));
  const block = parseSidecar(sidecar);
  if (!block) {
    const found = sidecar === "" ? "no verdict file" : "no verdict block in its verdict file";
    return { status: "error", failure: "crashed", reason: `exit status ${exit_code}, and it left ${found}`, exit_code };
  }
  const word = (block.get("STATUS") ?? "").toLowerCase();
  const reason = oneLine(block.get("SUMMARY") ?? block.get("REASON") ?? "");
  const said = { verdict: oneLine(`STATUS: ${word}`), exit_code, ...(reason ? { reason } : {}) };
  if (word === "retry") return { status: "error", failure: "transient", ...said };
  if (!isVerdict(word)) {
    const known = verdicts.join(", ");
    return { status: "fail", failure: "task", verdict: said.verdict, exit_code, reason: `expected a STATUS of ${known} or retry, found "${oneLine(word)}"` };
  }
  if ((word === "pass" || word === "warn") && exit_code !== 0) {
    return { ...said, status: "fail", failure: "task", reason: `its verdict is ${word}, and its exit status ${exit_code}` };
  }
  if (word === "pass") return { status: "pass", verdict: said.verdict, exit_code };
  return { ...said, status: word, ...(word === "fail" || word === "error" ? { failure: "task" } : {}) };
}

const verdicts = statuses.filter((status) => status !== "skipped" && status !== "cancelled");
const isVerdict = (word: string): word is Status => (verdicts as readonly string[]).includes(word);

/** The lines `KEY: value` between `--- VERDICT ---` and `---`; the last such block, the first of a key. */
function parseSidecar(text: string): ReadonlyMap<string, string> | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const start = lines.lastIndexOf("--- VERDICT ---");
  if (start < 0) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^---/.test(line));
  const block = new Map<string, string>();
  for (const line of end < 0 ? rest : rest.slice(0, end)) {
    const [, key, value] = /^([A-Z_]+):\s*(.*)$/.exec(line) ?? [];
    if (key && !block.has(key)) block.set(key, value ?? "");
  }
  return block;
}
