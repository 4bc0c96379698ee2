import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { journalLine, lineOf } from "../../src/history/journal-line.ts";
import { manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({
    "plan.exec.yaml": manifestOf([{ a: "" }]).replaceAll(/run: .*/g, "run: echo did it"),
  });
});
afterEach(() => rig.close());

/** A run like one that has ended, in which each of its events of tasks happened to each of so many tasks. */
function multiplied(events: readonly RunEvent[], count: number): RunEvent[] {
  const ids = Array.from({ length: count }, (_, at) => `task-${at}`);
  const after = (event: RunEvent, at: number) =>
    new Date(Date.parse(event.at) + at * 1237 + ((at * 7919) % 1000)).toISOString();
  return events.flatMap((event) => {
    if ("task" in event) return ids.map((task, at) => ({ ...event, task, at: after(event, at) }) as RunEvent);
    if (event.event !== "run.started") return [event];
    return [
      { ...event, tasks: ids.map((id) => ({ ...event.tasks[0], id, title: `Title of ${id}` })) } as RunEvent,
    ];
  });
}

test("the HTML report of 20,000 events holds all of them, in at most 40 bytes for each", async () => {
  await rig.run("run", "plan.exec.yaml");
  const { journal } = await rig.latestRun();
  const lines = (await readFile(journal, "utf8")).trim().split("\n");
  const events = lines.flatMap((line) => journalLine(line).event ?? []);
  const many = multiplied(events, 4000);
  expect(many.length).toBeGreaterThan(20_000 - 4000);
  await writeFile(journal, many.map((event, at) => `${lineOf(event, at + 1)}\n`).join(""));
  const { code, stderr } = await rig.run("report", "-o", "report.html");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const file = join(rig.dir, "report.html");
  const [, json = ""] = /id="run">([^<]*)</.exec(await readFile(file, "utf8")) ?? [];
  expect(json.length).toBeLessThan(40 * many.length);
  const data = JSON.parse(gunzipSync(Buffer.from(JSON.parse(json), "base64")).toString());
  expect(data.journal).toHaveLength(many.length);
});
