import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Excerpt, RunReport } from "../../schemas/run-report.ts";
import { aroundTask } from "../history/next-step.ts";
import { runCharts } from "../inspect/serve-run.ts";
import { endsOfFile } from "../text/ends-of-file.ts";
import { jsonText } from "../text/printable.ts";
import { share } from "../text/share.ts";

/** The page of a run as one file, built from visualizations/page: beside the bundle that this file is part of. */
const template = fileURLToPath(new URL("./report.html", import.meta.url));
const dataGoesHere = "<!--run-->";

/** How much of a task's file is shown, and of all files together, in bytes. */
const mostOfFile = 64 * 1024;
const mostOfFiles = 16 * 1024 * 1024;
/** What of an attempt's files the page shows, and how much of that may be the beginning. */
const shown = { "prompt.md": 0.5, "output.md": 0.25, "log.txt": 0.25, "events.jsonl": 0.25 };

/** The inspector's page with all that it shows of a run in it: one file that opens from disk. */
export async function reportPage(facts: RunReport): Promise<string> {
  const page = await readFile(template, "utf8");
  const journal = await readFile(join(facts.directory, "journal.jsonl"), "utf8");
  const data = {
    facts: {
      run: facts.run,
      charts: runCharts(),
      // Whoever opens the file is told nothing of where the run's project lies here.
      answer_command: aroundTask({ run: facts.run }),
      can_answer: false,
    },
    written: facts.written,
    alive: facts.state === "running",
    // A line without its end is not written yet.
    journal: journal.split("\n").slice(0, -1),
    files: await filesOf(facts),
  };
  // Nothing in it can end the element that it stands in.
  const text = jsonText(data, 0).trim().replaceAll("<", "\\u003c");
  const at = page.indexOf(dataGoesHere);
  return `${page.slice(0, at)}${text}${page.slice(at + dataGoesHere.length)}`;
}

interface Held {
  readonly task: string;
  readonly attempt: number;
  readonly name: string;
  readonly text: Excerpt;
}

/** Every file of every attempt, or as much of each as has room. */
async function filesOf({ tasks }: RunReport): Promise<Held[]> {
  const there: { task: string; attempt: number; name: keyof typeof shown; path: string; size: number }[] = [];
  for (const { id: task, artifacts, attempts } of tasks) {
    for (const { attempt } of artifacts ? attempts : []) {
      for (const name of Object.keys(shown) as (keyof typeof shown)[]) {
        const path = join(artifacts ?? "", "..", String(attempt), name);
        for (const candidate of [path, `${path}.part`]) {
          const size = (await stat(candidate).catch(() => undefined))?.size ?? 0;
          if (size === 0) continue;
          there.push({ task, attempt, name, path: candidate, size });
          break;
        }
      }
    }
  }
  const needs = there.map(({ size }) => Math.min(size, mostOfFile));
  const shares = share(needs, mostOfFiles);
  const held: Held[] = [];
  for (const [at, { task, attempt, name, path }] of there.entries()) {
    const most = shares[at] ?? 0;
    const head = Math.floor(most * shown[name]);
    const text = await endsOfFile(path, (size) =>
      size <= most ? { head: most, tail: 0 } : { head, tail: most - head },
    );
    if (text) held.push({ task, attempt, name, text });
  }
  return held;
}
