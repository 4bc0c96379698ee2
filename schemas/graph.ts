import * as v from "valibot";
import { taskFactsSchema } from "./event.ts";
import { modes } from "./manifest.ts";

/**
 * What a run's tasks wait for, as `graph.json` in its directory keeps it: with the journal it is all that is needed
 * to show a run, also one whose manifest has changed since.
 */
export const graphSchema = v.object({
  mode: v.picklist(modes),
  max_parallel: v.number(),
  stage_barriers: v.picklist(["strict", "relaxed"]),
  tasks: v.array(taskFactsSchema),
  /** One longest chain, first to last. */
  critical_path: v.array(v.string()),
  /** Files that tasks share of which neither waits for the other: they never run together. */
  conflicts: v.array(v.object({ file: v.string(), tasks: v.array(v.string()) })),
});
export type RunGraph = v.InferOutput<typeof graphSchema>;
