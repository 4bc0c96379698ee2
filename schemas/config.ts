import * as v from "valibot";
import { engineNames } from "./manifest.ts";

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));

/** `interserve.config.yaml` in the project directory: what holds for every manifest run there. */
export const configSchema = v.object({
  engine: v.optional(v.picklist(engineNames)),
  /** Seconds between SIGTERM and SIGKILL. */
  grace: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(600)), 5),
  engines: v.optional(
    v.object({
      codex: v.optional(v.object({ executable: v.optional(text, "codex"), model: v.optional(text) }), {}),
      /** The shell command that carries out tasks that have no `run` of their own. */
      command: v.optional(v.object({ run: v.optional(text) }), {}),
      /** The dispatch script; the environment variable CLAVAIN_DISPATCH_SH comes first. */
      dispatch: v.optional(v.object({ script: v.optional(text) }), {}),
    }),
    {},
  ),
});
export type Config = v.InferOutput<typeof configSchema>;
