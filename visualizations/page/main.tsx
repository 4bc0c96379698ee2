import { render } from "preact";
import { useCallback, useEffect, useLayoutEffect, useReducer, useState } from "preact/hooks";
import "../chart.css";
import "./style.css";
import type { RunState } from "../../src/history/run-state.ts";
import { counted } from "../../src/text/measures.ts";
import { ChartsView } from "./charts-view.tsx";
import { embedded } from "./embedded.ts";
import type { RunFacts } from "./facts.ts";
import { GraphView } from "./graph-view.tsx";
import { JournalView } from "./journal-view.tsx";
import { Steps, useKeys } from "./steps.tsx";
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
type ViewName = (typeof views)[number][0];

/** What the page shows. The address holds it, so that a reload shows the same. */
interface Shown {
  readonly view: ViewName;
  /** The task whose panel is open. */
  readonly task: string | undefined;
  /** The task whose statechart is shown; undefined for the orchestrator's. */
  readonly chart: string | undefined;
}

function readAddress(): Shown {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const view = views.find(([name]) => name === parameters.get("view"))?.[0] ?? "graph";
  return { view, task: parameters.get("task") ?? undefined, chart: parameters.get("chart") ?? undefined };
}

function writeAddress({ view, task, chart }: Shown): void {
  const parameters = new URLSearchParams({ view, ...(task ? { task } : {}), ...(chart ? { chart } : {}) });
  history.replaceState(null, "", `#${parameters}`);
}

interface PageProps {
  readonly facts: RunFacts;
  readonly store: Store;
}

function Page({ facts, store }: PageProps) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [shown, setShown] = useState(readAddress);
  // A layout effect subscribes before the first event can arrive.
  useLayoutEffect(() => store.subscribe(() => redraw(undefined)), [store]);
  useEffect(() => writeAddress(shown), [shown]);
  const show = (change: Partial<Shown>) => setShown((now) => ({ ...now, ...change }));
  const openTask = shown.task;
  const close = useCallback(() => {
    if (openTask === undefined) return;
    show({ task: undefined });
    // Without this the focus would be lost with the panel.
    document.querySelector<HTMLElement>(`main [data-task="${CSS.escape(openTask)}"]`)?.focus();
  }, [openTask]);
  useKeys(store, close);
  const task = openTask === undefined ? undefined : store.run.tasks.get(openTask);
  return (
    <div class={task ? "page with-panel" : "page"}>
      <Head store={store} facts={facts} run={store.run} />
      <main>
        <Tabs label="Views" id="views" tabs={views} current={shown.view} onChange={(view) => show({ view })}>
          {store.run.latest === undefined ? <p class="quiet">The run has not started yet.</p> : null}
          <View facts={facts} store={store} shown={shown} onShow={show} />
        </Tabs>
      </main>
      {task ? (
        <TaskPanel
          key={task.id}
          facts={facts}
          store={store}
          task={task}
          onSelect={(id) => show({ task: id })}
          onClose={close}
          onChart={() => show({ view: "charts", chart: task.id })}
        />
      ) : null}
      <Steps store={store} />
    </div>
  );
}

interface ViewProps extends PageProps {
  readonly shown: Shown;
  readonly onShow: (change: Partial<Shown>) => void;
}

/** The view of the current tab. */
function View({ facts, store, shown, onShow }: ViewProps) {
  const { run } = store;
  const selection = { selected: shown.task, onSelect: (task: string) => onShow({ task }) };
  switch (shown.view) {
    case "graph":
      return run.latest ? <GraphView graph={run.latest} run={run} {...selection} /> : null;
    case "timeline": {
      const isLive = store.step === undefined && store.alive === true && !run.finished;
      return <Timeline run={run} live={isLive} {...selection} />;
    }
    case "charts":
      return (
        <ChartsView facts={facts} store={store} task={shown.chart} onTask={(chart) => onShow({ chart })} />
      );
    case "journal":
      return <JournalView lines={store.lines} count={store.count} onStep={(step) => store.goTo(step)} />;
  }
}

/** The run's name, state and options, and the number of tasks of each look. */
function Head({ store, facts, run }: PageProps & { readonly run: RunState }) {
  const counts = new Map<Look, number>();
  for (const task of run.tasks.values()) counts.set(lookOf(task), (counts.get(lookOf(task)) ?? 0) + 1);
  return (
    <header class="head">
      <h1>{oneLine(facts.run)}</h1>
      <span class="badge-state" data-testid="run-state">
        {describeState(store, run)}
      </span>
      {run.latest ? (
        <span class="quiet">
          {run.latest.mode}, up to {counted(run.latest.max_parallel, "task")} at a time
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
      {run.state === "awaitingApproval" ? (
        <span class="awaiting">the next batch waits for approval</span>
      ) : null}
    </header>
  );
}

function describeState(store: Store, run: RunState): string {
  if (run.finished) return `finished with exit status ${run.finished.exit_code}`;
  if (store.step !== undefined) return `earlier moment (${store.step} of ${store.lines.length})`;
  if (store.alive === false) return "killed before it finished";
  if (embedded)
    return `running when this report was written (${new Date(embedded.written).toLocaleString()})`;
  if (!store.connected) return "disconnected: the server has stopped";
  return run.state === "cancelling" ? "cancelling" : "live";
}

async function startPage(root: HTMLElement): Promise<void> {
  const facts = embedded?.facts ?? ((await (await fetch("./api/run")).json()) as RunFacts);
  document.title = `${facts.run} – interserve`;
  const store = new Store();
  render(<Page facts={facts} store={store} />, root);
  store.connect();
}

const root = document.getElementById("page");
if (root) void startPage(root);
