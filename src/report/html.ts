import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Excerpt, RunReport } from "../../schemas/run-report.ts";
import { aroundTask } from "../history/next-step.ts";
import { runCharts } from "../inspect/serve-run.ts";
import { endsOfFile } from "../text/ends-of-file.ts";
import { jsonText } from "../text/printable.ts";
import { share } from "../text/share.ts";

/** The page without its data, built from visualizations/page, next to the bundle that this file is part of. */
const template = fileURLToPath(new URL("./report.html", import.meta.url));
const placeholder = "<!--run-->";

/** How much of one file is embedded, and of all files together, in bytes. */
const maxFileBytes = 64 * 1024;
const maxTotalBytes = 16 * 1024 * 1024;
/** The files of an attempt that are embedded, and which share of a long one is taken from its beginning. */
const headShares = { "prompt.md": 0.5, "output.md": 0.25, "log.txt": 0.25, "events.jsonl": 0.25 };
type FileName = keyof typeof headShares;

/** Returns the inspector's page with all of a run's data in it, as one HTML file that needs no server. */
export async function htmlReport(run: RunReport): Promise<string> {
  const page = await readFile(template, "utf8");
  const journal = await readFile(join(run.directory, "journal.jsonl"), "utf8");
  const data = {
    facts: {
      run: run.run,
      charts: runCharts(),
      // Without a directory: a reader elsewhere must not learn where the project is on this machine.
      answer_command: aroundTask({ run: run.run }),
      can_answer: false,
    },
    written: run.written,
    alive: run.state === "running",
    // The last line is empty, or not completely written yet.
    journal: journal.split("\n").slice(0, -1),
    files: await excerptsOf(await filesOf(run)),
  };
  const json = await embeddable(jsonText(data, 0).trim());
  const at = page.indexOf(placeholder);
  return `${page.slice(0, at)}${json}${page.slice(at + placeholder.length)}`;
}

/** Larger data is compressed, in bytes. */
const maxPlainBytes = 1024 * 1024;

/** JSON for a script element: as it is, without `<`, which could end the element, or a string with it in gzip and base64. */
async function embeddable(json: string): Promise<string> {
  if (json.length <= maxPlainBytes) return json.replaceAll("<", "\\u003c");
  return JSON.stringify((await compress(json)).toString("base64"));
}

const compress = promisify(gzip);

interface AttemptFile {
  readonly task: string;
  readonly attempt: number;
  readonly name: FileName;
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

/** Returns the files of all attempts that are not empty. */
async function filesOf({ tasks }: RunReport): Promise<AttemptFile[]> {
  const files = tasks.flatMap(({ id, artifacts, attempts }) =>
    artifacts === null ? [] : attempts.map(({ attempt }) => filesIn(id, attempt, artifacts)),
  );
  return (await Promise.all(files)).flat();
}

async function filesIn(task: string, attempt: number, artifacts: string): Promise<AttemptFile[]> {
  const folder = join(artifacts, "..", String(attempt));
  const names = new Set(await readdir(folder).catch(() => []));
  const files: AttemptFile[] = [];
  for (const name of Object.keys(headShares) as FileName[]) {
    if (!names.has(name) && !names.has(`${name}.part`)) continue;
    const found = await existingFile(join(folder, name));
    if (found) files.push({ task, attempt, name, ...found });
  }
  return files;
}

/** Finds a file, or the part of it that a running process has written. */
async function existingFile(path: string): Promise<Pick<AttemptFile, "path" | "size"> | undefined> {
  for (const candidate of [path, `${path}.part`]) {
    const size = (await stat(candidate).catch(() => undefined))?.size ?? 0;
    if (size > 0) return { path: candidate, size };
  }
  return undefined;
}

interface EmbeddedFile {
  readonly task: string;
  readonly attempt: number;
  readonly name: string;
  readonly text: Excerpt;
}

/** Reads as much of each file as its share of the total allows. */
async function excerptsOf(files: readonly AttemptFile[]): Promise<EmbeddedFile[]> {
  const shares = share(
    files.map(({ size }) => Math.min(size, maxFileBytes)),
    maxTotalBytes,
  );
  const excerpts: EmbeddedFile[] = [];
  for (const [at, { task, attempt, name, path }] of files.entries()) {
    const limit = shares[at] ?? 0;
    const head = Math.floor(limit * headShares[name]);
    const text = await endsOfFile(path, (size) =>
      size <= limit ? { head: limit, tail: 0 } : { head, tail: limit - head },
    );
    if (text) excerpts.push({ task, attempt, name, text });
  }
  return excerpts;
}
