import type { Config } from "../../schemas/config.ts";
import { type EngineName, shellEngine } from "../../schemas/engines.ts";
import type { Manifest, ManifestTask, RetryClass } from "../../schemas/manifest.ts";
import { type Problem, warning } from "../problem.ts";
import { quoted } from "../text/printable.ts";
import type { YamlFile } from "../yaml/yaml-file.ts";
import { engineOf } from "./engine-of.ts";

/** Finds classes in maps of `retries` that never occur, so that their numbers have no effect. */
export function retryProblems(
  manifest: Manifest,
  file: YamlFile,
  config: Config,
  given?: EngineName,
): Problem[] {
  return manifest.stages.flatMap(({ tasks }, stage) =>
    tasks.flatMap((task, at) => {
      if (typeof task.retries !== "object") return [];
      const engine = engineOf(task, manifest, config, given);
      return Object.entries(task.retries).flatMap(([name, count]): Problem[] => {
        const reason = count ? whyNoEffect(name as RetryClass, task, engine, config) : undefined;
        if (!reason) return [];
        const message = `"retries.${name}" of task ${quoted(task.id)} has no effect: ${reason[0]}`;
        const place = file.place(["stages", stage, "tasks", at, "retries", name], "key");
        return [warning("no-effect", message, place, { hint: reason[1] })];
      });
    }),
  );
}

/** Returns why a class never occurs, and what to do about it; undefined if it may occur. */
function whyNoEffect(
  name: RetryClass,
  { verify }: ManifestTask,
  engine: EngineName,
  { stall_timeout }: Config,
): [reason: string, hint: string] | undefined {
  const isCommand = engine === shellEngine;
  if (name === "exit" && !isCommand) {
    return [`${engine} reports no exit status for a task`, "use crash, signal or timeout instead"];
  }
  if (name === "transient" && isCommand) {
    return ["only agents fail in this way", "to retry after a command's exit status, use exit"];
  }
  if (name === "verify" && verify.length === 0) {
    return ["the task has no `verify` commands", "add one, or remove this"];
  }
  if (name === "stall" && stall_timeout === undefined) {
    return [
      "no `stall_timeout` is configured",
      "set stall_timeout in interserve.config.yaml, or use timeout instead",
    ];
  }
  return undefined;
}
