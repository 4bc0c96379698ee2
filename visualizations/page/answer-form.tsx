import { useState } from "preact/hooks";
import type { RunTask } from "../../src/history/run-state.ts";
import { shellQuoted } from "../../src/text/shell-quoted.ts";
import type { RunFacts } from "./facts.ts";
import { oneLine, readable } from "./text.ts";

interface AnswerFormProps {
  readonly facts: RunFacts;
  readonly task: RunTask;
  /** Whether a process executes the run. */
  readonly alive: boolean | undefined;
}

/** A form that answers a parked task's question; if the run has ended, the command that does. */
export function AnswerForm({ facts, task, alive }: AnswerFormProps) {
  const [text, setText] = useState("");
  const [status, setStatus] = useState("");
  if (!facts.can_answer || alive === false) {
    const { before, after } = facts.answer_command;
    return (
      <p class="answer">
        The run has ended, and this question is still open. This command answers it and resumes the run:{" "}
        <code>{`${before}${shellQuoted(readable(task.id))}${after}`}</code>
      </p>
    );
  }
  const send = async (event: Event) => {
    event.preventDefault();
    setStatus("Sending…");
    const failure = await sendAnswer(task.id, text);
    setStatus(failure ?? "Answer accepted.");
    if (failure === undefined) setText("");
  };
  return (
    <form class="answer" onSubmit={send}>
      <label for="answer">{oneLine(task.reason ?? "This task waits for an answer.")}</label>
      <textarea
        id="answer"
        rows={3}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit" disabled={text.trim() === ""}>
        Answer
      </button>
      <span role="status">{status}</span>
    </form>
  );
}

/** Sends an answer to the server. Resolves with why it was not accepted; undefined if it was. */
async function sendAnswer(task: string, text: string): Promise<string | undefined> {
  try {
    const response = await fetch("./api/answer", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ task, text }),
    });
    return response.ok ? undefined : `Not accepted: ${oneLine(await response.text())}`;
  } catch {
    return "Not sent: the server has stopped.";
  }
}
