import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { embedded, embeddedFile } from "./embedded.ts";
import { promptParts } from "./prompt-parts.ts";
import { Scroller } from "./scroller.tsx";
import { oneLine, readable } from "./text.ts";

/** How much of a file is shown, in characters from its end. */
const maxShown = 200_000;

interface FileViewProps {
  readonly task: string;
  readonly attempt: number;
  readonly name: string;
  /** Whether the attempt has ended, so that its files are complete. */
  readonly done: boolean;
}

/** A file of an attempt as it grows; only the end of a long one. */
export function FileView({ task, attempt, name, done }: FileViewProps) {
  const file = useFile(task, attempt, name, done);
  const box = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (atEnd.current && box.current && name !== "prompt.md")
      box.current.scrollTop = box.current.scrollHeight;
  }, [file.text, name]);
  const parts = name === "prompt.md" ? promptParts(file.text) : [{ routed: false, text: file.text }];
  return (
    <div class="file">
      <p class="quiet">
        {file.isCut ? "Only the end is shown: " : ""}
        <FileName task={task} attempt={attempt} name={name} />{" "}
        {parts.some(({ routed }) => routed) ? (
          <button
            type="button"
            onClick={() => box.current?.querySelector("mark")?.scrollIntoView({ block: "start" })}
          >
            <mark>results of its dependencies</mark> ↓
          </button>
        ) : null}
        {describeAbsence(file)}
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

/** The name of a file, with a link to all of it if there is a server. */
function FileName({ task, attempt, name }: Omit<FileViewProps, "done">) {
  const label = `${name}, attempt ${attempt}`;
  if (embedded) return <>{label}</>;
  return (
    <a href={`./api/file?${fileQuery(task, attempt, name)}`} target="_blank" rel="noreferrer">
      {label}
    </a>
  );
}

function describeAbsence({ text, isComplete, failure }: FileState): string {
  if (failure) return `– cannot be read: ${oneLine(failure)}`;
  return isComplete && text === "" ? "– empty or not written" : "";
}

const fileQuery = (task: string, attempt: number, name: string) =>
  new URLSearchParams({ task, attempt: String(attempt), name });

interface FileState {
  readonly text: string;
  /** Whether the beginning is left out. */
  readonly isCut: boolean;
  readonly isComplete: boolean;
  /** Why the server could not read it; "" if the connection broke. */
  readonly failure?: string;
}

const unread: FileState = { text: "", isCut: false, isComplete: false };

/** Reads a file, and then what is added to it until it is complete. */
function useFile(task: string, attempt: number, name: string, done: boolean): FileState {
  const [file, setFile] = useState<FileState>(unread);
  // Not a dependency of the effect: a followed file is read to its end anyway, and must not be read again.
  const isDone = useRef(done);
  isDone.current = done;
  useEffect(() => {
    if (embedded) {
      setFile({ text: embeddedFile(embedded, task, attempt, name), isCut: false, isComplete: true });
      return;
    }
    setFile(unread);
    const query = fileQuery(task, attempt, name);
    query.set("done", isDone.current ? "1" : "");
    return followFile(query, setFile);
  }, [task, attempt, name]);
  return file;
}

/** Follows a file on the server, and calls `show` at most ten times a second. Returns a function that ends this. */
function followFile(query: URLSearchParams, show: (file: FileState) => void): () => void {
  const source = new EventSource(`./api/follow?${query}`);
  let [text, isCut, timer] = ["", false, 0];
  const showNow = (isComplete: boolean, failure = "") => {
    clearTimeout(timer);
    timer = 0;
    show({ text, isCut, isComplete, failure });
  };
  source.onmessage = ({ data }) => {
    text += JSON.parse(data) as string;
    if (text.length > maxShown) {
      text = endOf(text);
      isCut = true;
    }
    timer ||= window.setTimeout(() => showNow(false), 100);
  };
  source.addEventListener("end", () => {
    source.close();
    showNow(true);
  });
  source.onerror = (event) => {
    source.close();
    // An error that the server sends has a message; one of the connection has none.
    showNow(true, event instanceof MessageEvent ? String(event.data) : "");
  };
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

/** Returns the end of a text, from the start of a line unless that line is very long. */
function endOf(text: string): string {
  const from = text.length - maxShown;
  const newline = text.indexOf("\n", from);
  return text.slice(newline >= 0 && newline < from + 2000 ? newline + 1 : from);
}
