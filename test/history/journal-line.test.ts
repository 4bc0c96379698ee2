import { describe, expect, test } from "vitest";
import { journalLine } from "../../src/history/journal-line.ts";

describe("a line of a journal", () => {
  const started = {
    v: 1,
    event: "task.started",
    at: "2025-01-01T00:00:00.000Z",
    run: "r",
    task: "a",
    attempt: 1,
    key: { prompt: "p", options: "o", results: "r" },
  };

  test("holds its event if that is a known one", () => {
    const line = journalLine(JSON.stringify(started));
    expect(line).toMatchObject({ name: "task.started", task: "a", event: { attempt: 1 } });
  });

  test.each([
    ["an event of a later version", JSON.stringify({ ...started, event: "task.promoted" }), "task.promoted"],
    ["a known event without a key", JSON.stringify({ ...started, attempt: undefined }), "task.started"],
    ["text that is not JSON", "}{", "unreadable"],
    ["JSON that is not an object", "null", "unreadable"],
  ])("with %s is text without an event", (_, text, name) => {
    const line = journalLine(text);
    expect(line).toMatchObject({ text, name });
    expect(line.event).toBeUndefined();
  });
});
