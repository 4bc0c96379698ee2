import * as v from "valibot";
import { described } from "./described.ts";

/** The verdicts that an agent can give on its own work, and what each means. */
export const verdicts = {
  CLEAN: "the whole task is done and checked",
  NEEDS_ATTENTION: "it is done, but someone must know about a problem",
  QUESTION: "you cannot continue without an answer",
} as const;
export type VerdictWord = keyof typeof verdicts;
export const verdictWords = Object.keys(verdicts) as VerdictWord[];

/** The verdicts with their meanings, for a prompt. */
export const verdictLines = verdictWords.map((word) => `${word}: ${verdicts[word]}.`);

/** The structured result of an agent. Every key is required, because some model providers insist on that. */
export const handOverSchema = v.strictObject({
  verdict: described(v.picklist(verdictWords), verdictLines.join(" ")),
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

/** The same as JSON Schema, for the agents' CLIs. */
export const handOverJsonSchema = {
  type: "object",
  properties: {
    verdict: property("verdict", { type: "string", enum: verdictWords }),
    summary: property("summary", { type: "string" }),
    files_changed: property("files_changed", { type: "array", items: { type: "string" } }),
    hand_over: property("hand_over", { type: "string" }),
    question: property("question", { type: ["string", "null"] }),
  },
  required: Object.keys(handOverSchema.entries),
  additionalProperties: false,
};
