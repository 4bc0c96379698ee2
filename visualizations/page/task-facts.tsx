import type { ComponentChildren } from "preact";
import type { RunGraph } from "../../schemas/event.ts";
import type { Usage } from "../../schemas/outcome.ts";
import type { RunAttempt, RunTask } from "../../src/history/run-state.ts";
import { duration } from "../../src/text/measures.ts";
import { lookOf, oneLine, readable } from "./text.ts";

interface TaskFactsProps {
  readonly task: RunTask;
  /** The task in the run's graph. */
  readonly node: RunGraph["tasks"][number] | undefined;
  readonly conflicts: RunGraph["conflicts"];
  /** The attempt whose outcome is shown. */
  readonly chosen: RunAttempt | undefined;
  readonly onSelect: (task: string) => void;
  readonly onAttempt: (number: number) => void;
}

/** A task's state, its place in the graph, and the outcome of one of its attempts. */
export function TaskFacts({ task, node, conflicts, chosen, onSelect, onAttempt }: TaskFactsProps) {
  const outcome = chosen?.outcome;
  const reason = task.runsAgain ? "" : oneLine(task.reason ?? "");
  const verdict = oneLine(outcome?.verdict ?? "").replace(/^VERDICT: */, "");
  const repeatsReason = reason !== "" && verdict.includes(reason);
  const excluded = conflicts.flatMap(({ file, tasks }) =>
    tasks.includes(task.id) ? [{ file, others: tasks.filter((id) => id !== task.id) }] : [],
  );
  return (
    <dl>
      <Fact name="State">{reason ? `${lookOf(task)}: ${reason}` : lookOf(task)}</Fact>
      <Fact name="Verdict">{repeatsReason ? "" : verdict}</Fact>
      <Fact name="Duration">{task.duration_s === undefined ? "" : duration(task.duration_s)}</Fact>
      <Fact name="Attempts">
        {task.attempts.map((attempt) => (
          <Chip key={attempt.number} pressed={attempt === chosen} onClick={() => onAttempt(attempt.number)}>
            {describeAttempt(attempt)}
          </Chip>
        ))}
      </Fact>
      <Fact name="Usage">{outcome?.usage ? describeUsage(outcome.usage) : ""}</Fact>
      <Fact name="Depends on">
        {node?.depends.map((id) => (
          <Chip key={id} onClick={() => onSelect(id)}>
            {oneLine(id)}
          </Chip>
        ))}
      </Fact>
      <Fact name="Engine">{node ? `${node.engine}, ${node.tier}` : ""}</Fact>
      <Fact name="Declared files">{listText(node?.files)}</Fact>
      <Fact name="Changed files">{listText(outcome?.files_changed)}</Fact>
      {excluded.map(({ file, others }) => (
        <Fact key={file} name="Never runs with">
          {`${listText(others)} (${oneLine(file)})`}
        </Fact>
      ))}
      <Fact name="Hand-over">{readable(outcome?.hand_over ?? "")}</Fact>
    </dl>
  );
}

/** One fact. Without children it is not shown. */
function Fact({ name, children = "" }: { readonly name: string; readonly children?: ComponentChildren }) {
  if (children === "" || (Array.isArray(children) && children.length === 0)) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface ChipProps {
  readonly pressed?: boolean;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

function Chip({ pressed, onClick, children }: ChipProps) {
  return (
    <button type="button" class="chip" aria-pressed={pressed} onClick={onClick}>
      {children}
    </button>
  );
}

const listText = (texts: readonly string[] = []): string => texts.map(oneLine).join(", ");

function describeAttempt({ number, outcome, endedAt, duration_s }: RunAttempt): string {
  const status = outcome?.status ?? (endedAt === undefined ? "running" : "cut off");
  return `${number}: ${status}${duration_s === undefined ? "" : `, ${duration(duration_s)}`}`;
}

function describeUsage({ input_tokens, cached_input_tokens, output_tokens, cost_usd }: Usage): string {
  const cached = cached_input_tokens === undefined ? "" : ` (${cached_input_tokens.toLocaleString()} cached)`;
  const parts = [
    input_tokens === undefined ? "" : `${input_tokens.toLocaleString()} input tokens${cached}`,
    output_tokens === undefined ? "" : `${output_tokens.toLocaleString()} output tokens`,
    cost_usd === undefined ? "" : `$${cost_usd.toFixed(2)}`,
  ];
  return parts.filter(Boolean).join(", ");
}
