import { shellWord } from "../printable.ts";

/** What a person can do about a run, and the command line that does it. */
export interface NextStep {
  readonly what: "answer" | "go on";
  readonly command: string;
}

/** What there is to do about a run that has ended: nothing where it is all done. */
export function nextStep(
  run: string,
  tasks: readonly { readonly id: string; readonly status?: string | undefined }[],
): NextStep | undefined {
  const parked = tasks.find(({ status }) => status === "question" || status === "escalated");
  if (parked) return { what: "answer", command: `interserve answer ${run} ${shellWord(parked.id)} "…"` };
  const isDone = tasks.every(({ status }) => status === "pass" || status === "warn");
  return isDone ? undefined : { what: "go on", command: `interserve resume ${run}` };
}

export const nextStepLines = (...of: Parameters<typeof nextStep>): string[] => {
  const step = nextStep(...of);
  return step ? [`${step.what}: ${step.command}`] : [];
};
