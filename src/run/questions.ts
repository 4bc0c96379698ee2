import { fromPromise } from "xstate";
import type { Answer, OpenQuestion } from "../../machines/orchestrator-context.ts";
import type { LeftAnswer } from "../journal/answers.ts";
import type { EventLog } from "./event-log.ts";
import type { RunOptions } from "./handle.ts";

/** The actors that ask a person; their `signal` is aborted when the chart leaves the state that waits for them. */
export class Questions {
  /** Questions that have an answer, which the chart may not have seen yet. */
  private readonly answered = new Set<string>();

  constructor(
    private readonly options: RunOptions,
    private readonly log: EventLog,
    private readonly send: (
      event:
        | { type: "task.answer"; task: string; text: string }
        | { type: "question.dismissed"; task: string },
    ) => void,
  ) {}

  readonly actors = {
    /** Someone who cannot be asked has not approved. */
    approveBatch: fromPromise<boolean, { readonly next: readonly string[] }>(
      async ({ input: { next }, signal }) => {
        await this.log.record({ event: "batch.held", next: [...next] });
        return Promise.resolve(this.options.approve?.(next, signal) ?? true).catch(() => false);
      },
    ),
    askQuestions: fromPromise<readonly Answer[], { readonly questions: readonly OpenQuestion[] }>(
      async ({ input: { questions }, signal }) => {
        await this.log.record({ event: "questions.open", tasks: questions.map(({ task }) => task) });
        const answers = await this.askAll(questions, signal);
        const recorded = await Promise.all(answers.map((answer) => this.record(answer)));
        const taken = answers.filter((_, at) => recorded[at]);
        // The run has continued on an answer from elsewhere; these reach it the same way.
        if (signal.aborted) for (const answer of taken) this.pass(answer);
        return taken;
      },
    ),
  };

  /** Takes an answer from elsewhere to a question that is open. Returns false if it has one already. */
  answer(answer: LeftAnswer): boolean {
    if (this.answered.has(keyOf(answer))) return false;
    void this.record(answer).then(() => this.pass(answer));
    return true;
  }

  private async askAll(questions: readonly OpenQuestion[], signal: AbortSignal): Promise<LeftAnswer[]> {
    const answers: LeftAnswer[] = [];
    for (const { task, attempt, question, isDismissed } of questions) {
      if (signal.aborted) break;
      if (isDismissed) continue;
      // Someone who cannot be asked has not answered.
      const asked = Promise.resolve(this.options.ask?.(task, question, signal));
      const text = await asked.catch(() => undefined);
      if (text?.trim()) answers.push({ task, attempt, text });
      else if (!signal.aborted) this.send({ type: "question.dismissed", task });
    }
    return answers;
  }

  /** Journals an answer before the chart acts on it. Resolves with false if the question has one already. */
  private async record(answer: LeftAnswer): Promise<boolean> {
    const key = keyOf(answer);
    if (this.answered.has(key)) return false;
    this.answered.add(key);
    await this.log.record({ event: "task.answered", ...answer });
    return true;
  }

  private pass({ task, text }: LeftAnswer): void {
    this.send({ type: "task.answer", task, text });
  }
}

const keyOf = ({ task, attempt }: LeftAnswer): string => `${task}/${attempt}`;
