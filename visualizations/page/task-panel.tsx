import { useEffect, useRef, useState } from "preact/hooks";
import { traitsOf } from "../../schemas/engines.ts";
import type { Usage } from "../../schemas/outcome.ts";
import type { RunTask } from "../../src/history/run-state.ts";
import { isEnd } from "../../src/history/transitions.ts";
import { shellQuoted } from "../../src/text/shell-quoted.ts";
import type { RunFacts } from "./facts.ts";
import { FileView } from "./file-view.tsx";
import { LineText } from "./journal-view.tsx";
import type { Store } from "./store.ts";
import { Tabs } from "./tabs.tsx";
import { lookOf, oneLine, readable, seconds, signs } from "./text.ts";

interface TaskPanelProps {
  readonly facts: RunFacts;
  readonly store: Store;
  readonly task: RunTask;
  readonly onClose: () => void;
  readonly onChart: () => void;
  readonly onSelect: (task: string) => void;
}

const tabs = [
  ["output.md", "Output"],
  ["prompt.md", "Prompt"],
  ["log.txt", "Log"],
  ["events.jsonl", "Events"],
  ["journal", "Journal"],
] as const;
type Tab = (typeof tabs)[number][0];

/** All about one task. */
export function TaskPanel({ facts, store, task, onClose, onChart, onSelect }: TaskPanelProps) {
  const engine = store.view.latest?.tasks.find(({ id }) => id === task.id)?.engine;
  const showsEvents = !isEnd(task.state) && engine !== undefined && traitsOf(engine).streamsEvents;
  const [tab, setTab] = useState<Tab>(showsEvents ? "events.jsonl" : "output.md");
  const [chosen, setChosen] = useState<number>();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const attempt = task.attempts.find(({ number }) => number === chosen) ?? task.attempts.at(-1);
  const look = lookOf(task);
  return (
    <aside class="panel" aria-label={`Task ${oneLine(task.id)}`}>
      <header>
        <h2 tabIndex={-1} ref={heading}>
          <span class={`sign look-${look}`} aria-hidden="true">
            {signs[look]}
          </span>{" "}
          {oneLine(task.id)}
        </h2>
        <button type="button" onClick={onChart}>
          Statechart
        </button>
        <button type="button" onClick={onClose} aria-label="Close the task">
          ✕
        </button>
      </header>
      {task.title === task.id ? null : <p class="said">{oneLine(task.title)}</p>}
      <Facts store={store} task={task} chosen={attempt?.number} onSelect={onSelect} onAttempt={setChosen} />
      {task.state === "parked" && store.step === undefined ? (
        <Answer facts={facts} task={task} alive={store.alive} />
      ) : null}
      <Tabs label="Of this task" id="of-task" tabs={tabs} current={tab} onChange={setTab}>
        {tab === "journal" ? (
          <TaskLines store={store} task={task.id} />
        ) : attempt ? (
          <FileView task={task.id} attempt={attempt.number} name={tab} done={attempt.endedAt !== undefined} />
        ) : (
          <p class="quiet">It has not started.</p>
        )}
      </Tabs>
    </aside>
  );
}

interface FactsProps {
  readonly store: Store;
  readonly task: RunTask;
  readonly chosen: number | undefined;
  readonly onSelect: (task: string) => void;
  readonly onAttempt: (number: number) => void;
}

function Facts({ store, task, chosen, onSelect, onAttempt }: FactsProps) {
  const node = store.view.latest?.tasks.find(({ id }) => id === task.id);
  const outcome = task.attempts.find(({ number }) => number === chosen)?.outcome;
  const verdict = oneLine(outcome?.verdict ?? "").replace(/^VERDICT: */, "");
  const shares = store.view.latest?.conflicts.filter(({ tasks }) => tasks.includes(task.id)) ?? [];
  return (
    <dl>
      <Fact name="State">
        {lookOf(task)}
        {task.reason && !task.runsAgain ? `: ${oneLine(task.reason)}` : ""}
      </Fact>
      {verdict && !verdict.includes(oneLine(task.reason ?? "\n")) ? (
        <Fact name="Verdict">{verdict}</Fact>
      ) : null}
      {task.duration_s === undefined ? null : <Fact name="Took">{seconds(task.duration_s)}</Fact>}
      {task.attempts.length > 0 ? (
        <Fact name="Attempts">
          {task.attempts.map(({ number, outcome, endedAt, duration_s }) => (
            <button
              key={number}
              type="button"
              class="chip"
              aria-pressed={number === chosen}
              onClick={() => onAttempt(number)}
            >
              {number}: {outcome?.status ?? (endedAt === undefined ? "under way" : "cut off")}
              {duration_s === undefined ? "" : `, ${seconds(duration_s)}`}
            </button>
          ))}
        </Fact>
      ) : null}
      {outcome?.usage ? <Fact name="Usage">{usageWords(outcome.usage)}</Fact> : null}
      {node?.depends.length ? (
        <Fact name="Depends on">
          {node.depends.map((id) => (
            <button key={id} type="button" class="chip" onClick={() => onSelect(id)}>
              {oneLine(id)}
            </button>
          ))}
        </Fact>
      ) : null}
      {node ? (
        <Fact name="Engine">
          {node.engine}, {node.tier}
        </Fact>
      ) : null}
      {node?.files.length ? <Fact name="Declared files">{node.files.map(oneLine).join(", ")}</Fact> : null}
      {outcome?.files_changed?.length ? (
        <Fact name="Changed files">{outcome.files_changed.map(oneLine).join(", ")}</Fact>
      ) : null}
      {shares.map(({ file, tasks }) => (
        <Fact key={file} name="Never beside">
          {tasks
            .filter((id) => id !== task.id)
            .map(oneLine)
            .join(", ")}{" "}
          ({oneLine(file)})
        </Fact>
      ))}
      {outcome?.hand_over ? <Fact name="Hand-over">{readable(outcome.hand_over)}</Fact> : null}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function usageWords({ input_tokens, cached_input_tokens, output_tokens, cost_usd }: Usage): string {
  const parts = [
    input_tokens === undefined ? "" : `${input_tokens.toLocaleString()} tokens in`,
    cached_input_tokens === undefined ? "" : `${cached_input_tokens.toLocaleString()} of them cached`,
    output_tokens === undefined ? "" : `${output_tokens.toLocaleString()} out`,
    cost_usd === undefined ? "" : `$${cost_usd.toFixed(2)}`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** Where a person answers the question that a task is parked with. */
function Answer(props: {
  readonly facts: RunFacts;
  readonly task: RunTask;
  readonly alive: boolean | undefined;
}) {
  const { facts, task, alive } = props;
  const [text, setText] = useState("");
  const [told, setTold] = useState("");
  if (!facts.can_answer || alive === false) {
    const { before, after } = facts.answer_command;
    return (
      <p class="answer">
        The run has ended with its question open. To go on with it:{" "}
        <code>{`${before}${shellQuoted(readable(task.id))}${after}`}</code>
      </p>
    );
  }
  const send = async (event: Event) => {
    event.preventDefault();
    setTold("Sending…");
    try {
      const response = await fetch("./api/answer", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ task: task.id, text }),
      });
      setTold(response.ok ? "The answer was taken." : `Not taken: ${oneLine(await response.text())}`);
      if (response.ok) setText("");
    } catch {
      setTold("Not sent: the server is not there.");
    }
  };
  return (
    <form class="answer" onSubmit={send}>
      <label for="answer">{oneLine(task.reason ?? "It waits for an answer.")}</label>
      <textarea
        id="answer"
        rows={3}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit" disabled={text.trim() === ""}>
        Answer
      </button>
      <span role="status">{told}</span>
    </form>
  );
}

function TaskLines({ store, task }: { readonly store: Store; readonly task: string }) {
  const lines = store.lines.flatMap((line, at) =>
    line.task === task && at < store.count ? [{ line, at }] : [],
  );
  return (
    <ol class="task-lines">
      {lines.map(({ line, at }) => (
        <li key={at}>
          <button type="button" class="line" onClick={() => store.goTo(at + 1)}>
            <LineText line={line} number={at + 1} />
          </button>
        </li>
      ))}
    </ol>
  );
}
