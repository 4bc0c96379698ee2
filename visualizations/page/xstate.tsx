import { render } from "preact";
import { useEffect, useReducer, useState } from "preact/hooks";
import "./style.css";
import { counted } from "../../src/text/measures.ts";
import { Scroller } from "./scroller.tsx";
import { oneLine } from "./text.ts";

/** A message from the receiver of `@xstate/inspect`, with machines and states of XState 4. */
type Message =
  | { type: "service.register"; sessionId: string; id?: string; machine: { id: string }; state: State }
  | { type: "service.state"; sessionId: string; state: State }
  | { type: "service.event"; sessionId: string; event: { name: string; data: unknown } }
  | { type: "service.stop"; sessionId: string };
interface State {
  readonly value: unknown;
  readonly context: unknown;
}
interface Service {
  readonly sessionId: string;
  readonly id: string;
  state: State;
  stopped: boolean;
  /** Latest last. */
  readonly events: { readonly name: string; readonly data: unknown }[];
}

declare const XStateInspect: {
  createWebSocketReceiver(options: { server: string }): Receiver;
};
interface Receiver {
  subscribe(next: (message: Message) => void): unknown;
  send(message: { type: "xstate.event"; event: string }): void;
}

/** Loads a package that is written for a script element. */
async function loadScript(name: string): Promise<void> {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `./${name}`;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}

const services = new Map<string, Service>();
let onChange = () => {};

function receive(message: Message): void {
  const service = services.get(message.sessionId);
  if (message.type === "service.register") {
    const { sessionId, machine, state, id = machine.id } = message;
    services.set(sessionId, { sessionId, id, state, stopped: false, events: [] });
  } else if (service && message.type === "service.state") service.state = message.state;
  else if (service && message.type === "service.event") {
    service.events.push(message.event);
    if (service.events.length > 200) service.events.shift();
  } else if (service && message.type === "service.stop") service.stopped = true;
  onChange();
}

/** A form that sends an event to the orchestrator. */
function SendForm({ receiver, to }: { readonly receiver: Receiver; readonly to: string }) {
  const [text, setText] = useState('{"type": "run.cancel", "reason": "while debugging"}');
  const [status, setStatus] = useState("");
  const send = (event: Event) => {
    event.preventDefault();
    try {
      const data = JSON.parse(text);
      const scxml = { name: data.type, data, $$type: "scxml", type: "external", origin: to };
      receiver.send({ type: "xstate.event", event: JSON.stringify(scxml) });
      setStatus("Sent.");
    } catch (error) {
      setStatus(`Not sent: ${oneLine((error as Error).message)}`);
    }
  };
  return (
    <form class="answer" onSubmit={send}>
      <label for="event">
        Event to send: run.cancel with a reason, or task.answer with task and text. Others are ignored.
      </label>
      <textarea
        id="event"
        rows={2}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">Send</button>
      <span role="status">{status}</span>
    </form>
  );
}

function Actors({ receiver }: { readonly receiver: Receiver }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [chosen, setChosen] = useState<string>();
  useEffect(() => {
    let isScheduled = false;
    onChange = () => {
      if (isScheduled) return;
      isScheduled = true;
      requestAnimationFrame(() => {
        isScheduled = false;
        redraw(undefined);
      });
    };
    onChange();
  }, []);
  const [root] = services.values();
  const service = services.get(chosen ?? "") ?? root;
  return (
    <div class="page with-panel">
      <header class="head">
        <h1>XState inspector</h1>
        <span class="quiet" data-testid="actors">
          {counted(services.size, "actor")}
        </span>
      </header>
      <main>
        <ActorList selected={service?.sessionId} onSelect={setChosen} />
      </main>
      {service ? <ActorPanel receiver={receiver} service={service} isRoot={service === root} /> : null}
    </div>
  );
}

interface ActorListProps {
  readonly selected: string | undefined;
  readonly onSelect: (sessionId: string) => void;
}

function ActorList({ selected, onSelect }: ActorListProps) {
  return (
    <Scroller label="Actors">
      <ul class="task-lines">
        {[...services.values()].map(({ sessionId, id, state, stopped }) => (
          <li key={sessionId}>
            <button
              type="button"
              class="line"
              aria-pressed={sessionId === selected}
              onClick={() => onSelect(sessionId)}
            >
              <b>{oneLine(id)}</b> <span data-actor={id}>{JSON.stringify(state.value)}</span>{" "}
              <span class="quiet">
                {sessionId}
                {stopped ? ", stopped" : ""}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Scroller>
  );
}

interface ActorPanelProps {
  readonly receiver: Receiver;
  readonly service: Service;
  /** Whether it is the orchestrator, the only actor that accepts events. */
  readonly isRoot: boolean;
}

function ActorPanel({ receiver, service, isRoot }: ActorPanelProps) {
  const { id, sessionId, state, events } = service;
  return (
    <aside class="panel" aria-label={oneLine(id)}>
      <header>
        <h2>{oneLine(id)}</h2>
      </header>
      {isRoot ? <SendForm receiver={receiver} to={sessionId} /> : null}
      <div class="file">
        <Scroller label="State and events">
          <pre>
            {JSON.stringify({ value: state.value, context: state.context }, null, 2)}
            {events.map(({ name, data }) => `\n${name} ${JSON.stringify(data)}`)}
          </pre>
        </Scroller>
      </div>
    </aside>
  );
}

async function startPage(root: HTMLElement): Promise<void> {
  await loadScript("xstate4.js");
  await loadScript("xstate-inspect.js");
  const server = `${location.host}${location.pathname.replace(/[^/]*$/, "ws")}`;
  const receiver = XStateInspect.createWebSocketReceiver({ server });
  receiver.subscribe(receive);
  render(<Actors receiver={receiver} />, root);
}

const root = document.getElementById("page");
if (root) void startPage(root);
