import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { embedded, embeddedFile } from "./embedded.ts";
import { promptParts } from "./prompt-parts.ts";
import { Scroller } from "./scroller.tsx";
import { oneLine, readable } from "./text.ts";

/** How much of the end of a file is shown, in characters. */
const mostShown = 200_000;

interface FileViewProps {
  readonly task: string;
  readonly attempt: number;
  readonly name: string;
  /** Whether the attempt has ended, and its files with it. */
  readonly done: boolean;
}

/** A file of an attempt as it grows; of a long one the end. */
export function FileView({ task, attempt, name, done }: FileViewProps) {
  const { text, cut, ended, failure } = useFile(task, attempt, name, done);
  const box = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (atEnd.current && box.current && name !== "prompt.md")
      box.current.scrollTop = box.current.scrollHeight;
  }, [text, name]);
  const whole = `./api/file?${new URLSearchParams({ task, attempt: String(attempt), name })}`;
  const parts = name === "prompt.md" ? promptParts(text) : [{ routed: false, text }];
  return (
    <div class="file">
      <p class="quiet">
        {cut ? "The end of it; " : ""}
        {embedded ? (
          `${name}, attempt ${attempt}`
        ) : (
          <a href={whole} target="_blank" rel="noreferrer">
            {name}, attempt {attempt}
          </a>
        )}
        {parts.some(({ routed }) => routed) ? (
          <>
            {" "}
            <button
              type="button"
              onClick={() => box.current?.querySelector("mark")?.scrollIntoView({ block: "start" })}
            >
              <mark>routed from what it depends on</mark> ↓
            </button>
          </>
        ) : null}
        {failure ? ` – it cannot be read: ${oneLine(failure)}` : ""}
        {ended && !failure && text === "" ? " – empty, or not written" : ""}
      </p>
      <Scroller
        label={name}
        box={box}
        onScroll={({ scrollTop, clientHeight, scrollHeight }) => {
          atEnd.current = scrollTop + clientHeight >= scrollHeight - 24;
        }}
      >
        <pre>
          {parts.map(({ routed, text }) =>
            routed ? <mark key="routed">{readable(text)}</mark> : readable(text),
          )}
        </pre>
      </Scroller>
    </div>
  );
}

interface Read {
  readonly text: string;
  readonly cut: boolean;
  readonly ended: boolean;
  /** Why the server could not read it. */
  readonly failure?: string;
}

const nothing: Read = { text: "", cut: false, ended: false };

function useFile(task: string, attempt: number, name: string, done: boolean): Read {
  const [read, setRead] = useState<Read>(nothing);
  // A file that is being followed is read to its end when the attempt ends: no second reading from the start.
  const wasDone = useRef(done);
  wasDone.current = done;
  useEffect(() => {
    if (embedded) {
      setRead({ text: embeddedFile(embedded, task, attempt, name), cut: false, ended: true });
      return;
    }
    setRead(nothing);
    const query = new URLSearchParams({
      task,
      attempt: String(attempt),
      name,
      done: wasDone.current ? "1" : "",
    });
    const source = new EventSource(`./api/follow?${query}`);
    let [text, cut, timer] = ["", false, 0];
    const show = (ended: boolean, failure = "") => {
      clearTimeout(timer);
      timer = 0;
      setRead({ text, cut, ended, failure });
    };
    source.onmessage = ({ data }) => {
      text += JSON.parse(data) as string;
      if (text.length > mostShown) {
        const from = text.length - mostShown;
        const line = text.indexOf("\n", from);
        text = text.slice(line >= 0 && line < from + 2000 ? line + 1 : from);
        cut = true;
      }
      // Redrawn ten times a second, however fast it comes.
      timer ||= window.setTimeout(() => show(false), 100);
    };
    source.addEventListener("end", () => {
      source.close();
      show(true);
    });
    source.onerror = (event) => {
      source.close();
      // One that the server tells has a text; one of the connection has none.
      show(true, event instanceof MessageEvent ? String(event.data) : "");
    };
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [task, attempt, name]);
  return read;
}
