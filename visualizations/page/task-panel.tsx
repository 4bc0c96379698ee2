import { useEffect, useRef, useState } from "preact/hooks";
import { traitsOf } from "../../schemas/engines.ts";
import type { RunTask } from "../../src/history/run-state.ts";
import { isEnd } from "../../src/history/transitions.ts";
import { AnswerForm } from "./answer-form.tsx";
import type { RunFacts } from "./facts.ts";
import { FileView } from "./file-view.tsx";
import { LineText } from "./journal-view.tsx";
import type { Store } from "./store.ts";
import { Tabs } from "./tabs.tsx";
import { TaskFacts } from "./task-facts.tsx";
import { lookOf, oneLine, signs } from "./text.ts";

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

/** Everything about one task: its facts, its open question, and the files of one attempt. */
export function TaskPanel({ facts, store, task, onClose, onChart, onSelect }: TaskPanelProps) {
  const node = store.run.latest?.tasks.find(({ id }) => id === task.id);
  const streamsEvents = !isEnd(task.state) && node !== undefined && traitsOf(node.engine).streamsEvents;
  const [tab, setTab] = useState<Tab>(streamsEvents ? "events.jsonl" : "output.md");
  const [chosen, setChosen] = useState<number>();
  const attempt = task.attempts.find(({ number }) => number === chosen) ?? task.attempts.at(-1);
  return (
    <aside class="panel" aria-label={`Task ${oneLine(task.id)}`}>
      <PanelHead task={task} onClose={onClose} onChart={onChart} />
      <TaskFacts
        task={task}
        node={node}
        conflicts={store.run.latest?.conflicts ?? []}
        chosen={attempt}
        onSelect={onSelect}
        onAttempt={setChosen}
      />
      {task.state === "parked" && store.step === undefined ? (
        <AnswerForm facts={facts} task={task} alive={store.alive} />
      ) : null}
      <Tabs label="Task details" id="task-details" tabs={tabs} current={tab} onChange={setTab}>
        {tab === "journal" ? <TaskLines store={store} task={task.id} /> : null}
        {tab !== "journal" && attempt ? (
          <FileView task={task.id} attempt={attempt.number} name={tab} done={attempt.endedAt !== undefined} />
        ) : null}
        {tab !== "journal" && !attempt ? <p class="quiet">This task has not started.</p> : null}
      </Tabs>
    </aside>
  );
}

/** The task's id and title, which get the focus when the panel opens. */
function PanelHead({ task, onClose, onChart }: Pick<TaskPanelProps, "task" | "onClose" | "onChart">) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const look = lookOf(task);
  return (
    <>
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
        <button type="button" onClick={onClose} aria-label="Close task">
          ✕
        </button>
      </header>
      {task.title === task.id ? null : <p class="task-title">{oneLine(task.title)}</p>}
    </>
  );
}

/** The journal's lines about a task, up to the shown moment. */
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
