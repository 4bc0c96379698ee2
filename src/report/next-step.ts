import { shellWord } from "../printable.ts";

/** What a person can do about a run that is not all done: a line to read, and to copy from. */
export function nextStep(
  run: string,
  tasks: readonly { readonly id: string; readonly status?: string | undefined }[],
): string[] {
  const parked = tasks.find(({ status }) => status === "question" || status === "escalated");
  if (parked) return [`answer: interserve answer ${run} ${shellWord(parked.id)} "…"`];
  const isDone = tasks.every(({ status }) => status === "pass" || status === "warn");
  return isDone ? [] : [`go on: interserve resume ${run}`];
}
