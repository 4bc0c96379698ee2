import { codexEngine } from "../../../src/engines/codex/engine.ts";
import type { AttemptRequest } from "../../../src/engines/engine.ts";
import { type Attempt, fixture } from "../attempt.ts";

/** Instructions for `fake-codex.mjs`, which explains them. */
export interface Fake {
  readonly lines?: readonly unknown[];
  readonly stderr?: string;
  readonly exit?: number;
  readonly hang?: boolean;
  readonly kill?: string;
}

export const executable = fixture("fake-codex.mjs");
export const engine = codexEngine({ executable });

/** The outcome of an attempt with a Codex that follows the instructions. */
export const outcomeOf = (attempt: Attempt, fake: Fake, extra: Partial<AttemptRequest> = {}) =>
  attempt.by(engine, { env: { FAKE_CODEX: JSON.stringify(fake) }, ...extra });

export const started = { type: "thread.started", thread_id: "thread-1" };
export const item = (fields: object) => ({ type: "item.completed", item: { id: "item_0", ...fields } });
export const message = (text: string) => item({ type: "agent_message", text });
export const completed = {
  type: "turn.completed",
  usage: { input_tokens: 9, cached_input_tokens: 4, output_tokens: 2 },
};
export const failed = (text: string) => ({ type: "turn.failed", error: { message: text } });
