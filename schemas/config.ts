import * as v from "valibot";
import { engineNames } from "./manifest.ts";

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));

/** Seconds of the first wait and of the longest; each is twice as long as the one before. */
const growing = (first: number, most: number) =>
  v.object({
    first: v.optional(v.pipe(v.number(), v.minValue(0)), first),
    most: v.optional(v.pipe(v.number(), v.minValue(0)), most),
  });

/** `interserve.config.yaml` in the project directory: what holds for every manifest run there. */
export const configSchema = v.object({
  engine: v.optional(v.picklist(engineNames)),
  /** Seconds between SIGTERM and SIGKILL. */
  grace: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(600)), 5),
  /** How long a task waits before another try: after a failure that may pass by itself, and at a usage limit. */
  backoff: v.optional(growing(2, 120), {}),
  limit_pause: v.optional(growing(60, 3600), {}),
  /** Seconds without any output after which an attempt is ended; without it, only its timeout ends it. */
  stall_timeout: v.optional(v.pipe(v.number(), v.gtValue(0))),
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
