import { render } from "preact";
import { useCallback, useEffect, useLayoutEffect, useReducer, useState } from "preact/hooks";
import "../chart.css";
import "./style.css";
import type { RunState } from "../../src/history/run-state.ts";
import { ChartsView } from "./charts-view.tsx";
import { embedded } from "./embedded.ts";
import type { RunFacts } from "./facts.ts";
import { GraphView } from "./graph-view.tsx";
import { JournalView } from "./journal-view.tsx";
import { Store } from "./store.ts";
import { Tabs } from "./tabs.tsx";
import { TaskPanel } from "./task-panel.tsx";
import { type Look, lookOf, oneLine, signs } from "./text.ts";
import { Timeline } from "./timeline.tsx";

const views = [
  ["graph", "Graph"],
  ["timeline", "Timeline"],
  ["charts", "Statecharts"],
  ["journal", "Journal"],
] as const;
type View = (typeof views)[number][0];

/** What is looked at, as the address keeps it: it is there again after a reload. */
interface Place {
  readonly view: View;
  readonly task: string | undefined;
  readonly chart: string | undefined;
}

function readPlace(): Place {
  const given = new URLSearchParams(location.hash.slice(1));
  const view = views.find(([name]) => name === given.get("view"))?.[0] ?? "graph";
  return { view, task: given.get("task") ?? undefined, chart: given.get("chart") ?? undefined };
}

function keepPlace({ view, task, chart }: Place): void {
  const given = new URLSearchParams({ view, ...(task ? { task } : {}), ...(chart ? { chart } : {}) });
  history.replaceState(null, "", `#${given}`);
}

function Page({ facts, store }: { readonly facts: RunFacts; readonly store: Store }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [place, setPlace] = useState(readPlace);
  // Before the first event can come: what is told to nobody is not told again.
  useLayoutEffect(() => store.listen(() => redraw(undefined)), [store]);
  useEffect(() => keepPlace(place), [place]);
  const opened = place.task;
  const close = useCallback(() => {
    if (opened === undefined) return;
    setPlace((now) => ({ ...now, task: undefined }));
    // The panel takes the focus with it.
    document.querySelector<HTMLElement>(`main [data-task="${CSS.escape(opened)}"]`)?.focus();
  }, [opened]);
  useKeys(store, close);
  const view = store.view;
  const select = (task: string) => setPlace((now) => ({ ...now, task }));
  const task = place.task === undefined ? undefined : view.tasks.get(place.task);
  const live = store.step === undefined && store.alive === true && !view.finished;
  return (
    <div class={task ? "page with-panel" : "page"}>
      <Head store={store} facts={facts} view={view} />
      <main>
        <Tabs
          label="Views"
          id="views"
          tabs={views}
          current={place.view}
          onChange={(name) => setPlace((now) => ({ ...now, view: name }))}
        >
          {view.latest === undefined ? <p class="quiet">The run has not begun yet.</p> : null}
          {place.view === "graph" && view.latest ? (
            <GraphView graph={view.latest} view={view} selected={place.task} onSelect={select} />
          ) : null}
          {place.view === "timeline" ? (
            <Timeline view={view} live={live} selected={place.task} onSelect={select} />
          ) : null}
          {place.view === "charts" ? (
            <ChartsView
              facts={facts}
              store={store}
              view={view}
              task={place.chart}
              onTask={(chart) => setPlace((now) => ({ ...now, chart }))}
            />
          ) : null}
          {place.view === "journal" ? (
            <JournalView lines={store.lines} count={store.count} onStep={(step) => store.goTo(step)} />
          ) : null}
        </Tabs>
      </main>
      {task ? (
        <TaskPanel
          key={task.id}
          facts={facts}
          store={store}
          task={task}
          onSelect={select}
          onClose={close}
          onChart={() => setPlace((now) => ({ ...now, view: "charts", chart: task.id }))}
        />
      ) : null}
      <Steps store={store} />
    </div>
  );
}

/** The run's name and state, and how many tasks look how. */
function Head({ store, facts, view }: { store: Store; facts: RunFacts; view: RunState }) {
  const counts = new Map<Look, number>();
  for (const task of view.tasks.values()) counts.set(lookOf(task), (counts.get(lookOf(task)) ?? 0) + 1);
  return (
    <header class="head">
      <h1>{oneLine(facts.run)}</h1>
      <span class="badge-state" data-testid="run-state">
        {runState(store, view)}
      </span>
      {view.latest ? (
        <span class="quiet">
          {view.latest.mode}, at most {view.latest.max_parallel} at once
        </span>
      ) : null}
      <ul class="counts" aria-label="Tasks by state">
        {(Object.keys(signs) as Look[]).map((look) =>
          counts.has(look) ? (
            <li key={look} class={`look-${look}`}>
              <span aria-hidden="true">{signs[look]}</span> {counts.get(look)} {look}
            </li>
          ) : null,
        )}
      </ul>
      {view.state === "awaitingApproval" ? <span class="held">the next batch waits for approval</span> : null}
    </header>
  );
}

function runState(store: Store, view: RunState): string {
  if (view.finished) return `finished, exit status ${view.finished.exit_code}`;
  if (store.step !== undefined) return "in the past";
  if (store.alive === false) return "ended without a finish: it was killed";
  if (embedded) return `under way at ${new Date(embedded.written).toLocaleString()}`;
  if (!store.connected) return "the server is gone";
  return view.state === "cancelling" ? "cancelling" : "live";
}

/** Back and forth through the journal. */
function Steps({ store }: { readonly store: Store }) {
  const { count, lines, step } = store;
  const line = lines[count - 1];
  const said = line ? `${line.name}${line.task === undefined ? "" : ` ${line.task}`}` : "";
  return (
    <footer class="steps">
      <button
        type="button"
        onClick={() => store.goTo(1)}
        aria-label="To the first event"
        disabled={count <= 1}
      >
        ⇤
      </button>
      <button
        type="button"
        onClick={() => store.goTo(count - 1)}
        aria-label="One event back"
        title="Key: ,"
        disabled={count <= 1}
      >
        ◀
      </button>
      <input
        type="range"
        min={1}
        max={Math.max(1, lines.length)}
        value={count}
        aria-label="Event"
        aria-valuetext={`${count} of ${lines.length}: ${oneLine(said)}`}
        onInput={({ currentTarget }) => store.goTo(Number(currentTarget.value))}
      />
      <button
        type="button"
        onClick={() => store.goTo(count + 1)}
        aria-label="One event on"
        title="Key: ."
        disabled={step === undefined}
      >
        ▶
      </button>
      <button
        type="button"
        aria-pressed={step === undefined}
        onClick={() => store.goTo(undefined)}
        title="Key: l"
      >
        Latest
      </button>
      <output data-testid="step">
        {count}/{lines.length} {oneLine(said)}
      </output>
    </footer>
  );
}

/** `,` and `.` step, `l` goes to the latest, Escape closes the task: but where text is typed, or a select finds by it. */
const typed = "textarea, input:not([type=range])";
function useKeys(store: Store, close: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const taken = event.key === "l" ? `${typed}, select` : typed;
      const typing = event.target instanceof Element && event.target.closest(taken);
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === ",") store.goTo(store.count - 1);
      else if (event.key === ".") store.goTo(store.count + 1);
      else if (event.key === "l") store.goTo(undefined);
      else if (event.key === "Escape") close();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [store, close]);
}

async function begin(root: HTMLElement): Promise<void> {
  const facts = embedded?.facts ?? ((await (await fetch("./api/run")).json()) as RunFacts);
  document.title = `${facts.run} – interserve`;
  const store = new Store();
  render(<Page facts={facts} store={store} />, root);
  store.follow();
}

const root = document.getElementById("page");
if (root) void begin(root);
