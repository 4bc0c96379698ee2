import { join } from "node:path";
import type { RunEvent, RunEventBody } from "../../schemas/event.ts";
import { statuses } from "../../schemas/outcome.ts";

/** Events of a run `r1` as in its journal, for tests of what shows them. */
export const began = Date.parse("2026-01-01T00:00:00.000Z");

/** An event, `second` seconds after the start of the run. */
export const at = (body: RunEventBody, second = 0): RunEvent =>
  ({ ...body, at: new Date(began + second * 1000).toISOString(), run: "r1" }) as RunEvent;

export const key = { prompt: "p", options: "o", results: "r" };
export const directory = join(process.cwd(), ".interserve/runs/r1");

export const counts = (some: object) =>
  ({ ...Object.fromEntries(statuses.map((status) => [status, 0])), ...some }) as never;

export interface Task {
  readonly id: string;
  readonly title?: string;
  readonly stage?: string;
}

const facts = ({ id, title = id, stage = "A" }: Task) => ({
  id,
  title,
  stage,
  depends: [],
  files: [],
  engine: "codex" as const,
  tier: "deep" as const,
});

const job = {
  manifest: "/p/plan.exec.yaml",
  mode: "dependency-driven" as const,
  max_parallel: 5,
  stage_barriers: "strict" as const,
  critical_path: [],
  conflicts: [],
  directory,
};

export const started = (tasks: readonly Task[], rest: object = {}): RunEvent =>
  at({ event: "run.started", ...job, options: {}, tasks: tasks.map(facts), ...rest });

export const resumed = (tasks: readonly Task[], kept: readonly string[], second = 0): RunEvent =>
  at({ event: "run.resumed", ...job, tasks: tasks.map(facts), kept: [...kept], again: [] }, second);

export const finished = (some: object): RunEvent =>
  at({
    event: "run.finished",
    counts: counts(some),
    exit_code: 1,
    duration_s: 83.4,
    usage: {},
    agent_attempts: 0,
    attempts_with_cost: 0,
  });

export const start = (task: string, second = 0, attempt = 1): RunEvent =>
  at({ event: "task.started", task, attempt, key }, second);

/** Matches characters that a terminal obeys or that hide text. */
export const evil = "\u001b[2J\u001b]0;owned\u0007two\nlines\u202e\u{e0041}";
// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
export const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u{e0000}-\u{e0fff}]/u;
