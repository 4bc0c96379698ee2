import { render } from "preact";
import { useEffect, useReducer, useState } from "preact/hooks";
import "./style.css";
import { Scroller } from "./scroller.tsx";
import { oneLine } from "./text.ts";

/** What the receiver of `@xstate/inspect` gives; its machine and states are of XState 4. */
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
  /** The latest last. */
  readonly events: { readonly name: string; readonly data: unknown }[];
}

declare const XStateInspect: {
  createWebSocketReceiver(options: { server: string }): Receiver;
};
interface Receiver {
  subscribe(next: (message: Message) => void): unknown;
  send(message: { type: "xstate.event"; event: string }): void;
}

/** Packages that are written for a script element, in their order. */
async function load(name: string): Promise<void> {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `./${name}`;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}

const services = new Map<string, Service>();
let changed = () => {};

function take(message: Message): void {
  const service = services.get(message.sessionId);
  if (message.type === "service.register") {
    const { sessionId, machine, state, id = machine.id } = message;
    services.set(sessionId, { sessionId, id, state, stopped: false, events: [] });
  } else if (service && message.type === "service.state") service.state = message.state;
  else if (service && message.type === "service.event") {
    service.events.push(message.event);
    if (service.events.length > 200) service.events.shift();
  } else if (service && message.type === "service.stop") service.stopped = true;
  changed();
}

/** Sends the orchestrator an event, as it is written. */
function Send({ receiver, to }: { readonly receiver: Receiver; readonly to: string }) {
  const [text, setText] = useState('{"type": "run.cancel", "reason": "while debugging"}');
  const [told, setTold] = useState("");
  const send = (event: Event) => {
    event.preventDefault();
    try {
      const data = JSON.parse(text);
      const sent = { name: data.type, data, $$type: "scxml", type: "external", origin: to };
      receiver.send({ type: "xstate.event", event: JSON.stringify(sent) });
      setTold("Sent.");
    } catch (error) {
      setTold(`Not sent: ${oneLine((error as Error).message)}`);
    }
  };
  return (
    <form class="answer" onSubmit={send}>
      <label for="event">
        Send it run.cancel, or task.answer with task and text; no other event is taken
      </label>
      <textarea
        id="event"
        rows={2}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">Send</button>
      <span role="status">{told}</span>
    </form>
  );
}

function Actors({ receiver }: { readonly receiver: Receiver }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [chosen, setChosen] = useState<string>();
  useEffect(() => {
    let waits = false;
    changed = () => {
      if (waits) return;
      waits = true;
      requestAnimationFrame(() => {
        waits = false;
        redraw(undefined);
      });
    };
    changed();
  }, []);
  const service = services.get(chosen ?? "") ?? services.values().next().value;
  return (
    <div class="page with-panel">
      <header class="head">
        <h1>XState inspector</h1>
        <span class="quiet" data-testid="actors">
          {services.size} actors
        </span>
      </header>
      <main>
        <Scroller label="Actors">
          <ul class="task-lines">
            {[...services.values()].map(({ sessionId, id, state, stopped }) => (
              <li key={sessionId}>
                <button
                  type="button"
                  class="line"
                  aria-pressed={sessionId === service?.sessionId}
                  onClick={() => setChosen(sessionId)}
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
      </main>
      {service ? (
        <aside class="panel" aria-label={oneLine(service.id)}>
          <header>
            <h2>{oneLine(service.id)}</h2>
          </header>
          {service.id === services.values().next().value?.id ? (
            <Send receiver={receiver} to={service.sessionId} />
          ) : null}
          <div class="file">
            <Scroller label="State and events">
              <pre>
                {JSON.stringify({ value: service.state.value, context: service.state.context }, null, 2)}
                {service.events.map(({ name, data }) => `\n${name} ${JSON.stringify(data)}`)}
              </pre>
            </Scroller>
          </div>
        </aside>
      ) : null}
    </div>
  );
}

async function begin(root: HTMLElement): Promise<void> {
  await load("xstate4.js");
  await load("xstate-inspect.js");
  const server = `${location.host}${location.pathname.replace(/[^/]*$/, "ws")}`;
  const receiver = XStateInspect.createWebSocketReceiver({ server });
  receiver.subscribe(take);
  render(<Actors receiver={receiver} />, root);
}

const root = document.getElementById("page");
if (root) void begin(root);
