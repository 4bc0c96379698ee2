import * as v from "valibot";
import { described } from "./described.ts";

/** How an agent can end, in its own words. */
export const verdicts = ["CLEAN", "NEEDS_ATTENTION", "QUESTION"] as const;

/** The form of an agent's result, where its CLI takes a form. Every key is there: some models' providers insist. */
export const handOverSchema = v.strictObject({
  verdict: described(
    v.picklist(verdicts),
    "CLEAN: all of the task is done and checked. NEEDS_ATTENTION: it is done, but someone must know of a problem. QUESTION: you cannot go on without an answer.",
  ),
  summary: described(
    v.string(),
    "What you did, in a few lines. With NEEDS_ATTENTION, the first line says what the problem is.",
  ),
  files_changed: described(v.array(v.string()), "Paths of all files that you wrote or removed."),
  hand_over: described(
    v.string(),
    "In a few lines, what the tasks that depend on this one must know, such as names, paths and decisions.",
  ),
  question: described(v.nullable(v.string()), "With QUESTION, the question; else null."),
});
export type HandOver = v.InferOutput<typeof handOverSchema>;

const property = (key: keyof HandOver, type: object) => ({
  ...type,
  description: v.getDescription(handOverSchema.entries[key]),
});

/** The same as JSON Schema, for the CLIs. */
export const handOverJsonSchema = {
  type: "object",
  properties: {
    verdict: property("verdict", { type: "string", enum: [...verdicts] }),
    summary: property("summary", { type: "string" }),
    files_changed: property("files_changed", { type: "array", items: { type: "string" } }),
    hand_over: property("hand_over", { type: "string" }),
    question: property("question", { type: ["string", "null"] }),
  },
  required: Object.keys(handOverSchema.entries),
  additionalProperties: false,
};
