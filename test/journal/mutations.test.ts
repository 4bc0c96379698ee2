import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isDone } from "../../schemas/outcome.ts";
import { lineOf } from "../../src/history/journal-line.ts";
import { outcomeOf } from "../../src/history/run-state.ts";
import { Journal } from "../../src/journal/journal.ts";
import { type PastRun, readRun } from "../../src/journal/past-run.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { runPaths } from "../../src/journal/run-directory.ts";
import { ProblemsError } from "../../src/problem.ts";

/** For more: MUTATIONS=3000 npx vitest run test/journal/mutations.test.ts */
const numRuns = Number(process.env.MUTATIONS ?? 60);

const folder = fileURLToPath(new URL("../fixtures/journals", import.meta.url));
const journals = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "interserve-mutations-"));
});
afterAll(() => rm(dir, { recursive: true }));

const paths = () => runPaths(dir);
const textsOf = async (name: string): Promise<string[]> =>
  (await readFile(join(folder, name), "utf8")).trimEnd().split("\n");
/** A stored journal of version 0.1.0 as it is written now. */
const withChecksums = async (name: string): Promise<string[]> =>
  (await readJournal(join(folder, name))).entries.map(({ event }, at) => lineOf(event, at + 1));
async function read(lines: readonly string[]): Promise<PastRun> {
  await writeFile(paths().journal, lines.map((line) => `${line}\n`).join(""));
  return readRun(paths());
}

type Mutate = (lines: string[], at: number, other: number, junk: string) => string[];
const remove: Mutate = (lines, at) => lines.toSpliced(at, 1);
const duplicate: Mutate = (lines, at, other) => lines.toSpliced(other, 0, lines[at] ?? "");
const swap: Mutate = (lines, at, other) => lines.with(at, lines[other] ?? "").with(other, lines[at] ?? "");
const insert: Mutate = (lines, at, _, junk) => lines.toSpliced(at, 0, junk);
const cut: Mutate = (lines, at) => lines.slice(0, at);
const garble: Mutate = (lines, at, other, junk) => {
  const line = lines[at] ?? "";
  const place = other % line.length;
  return lines.with(at, `${line.slice(0, place)}${junk.slice(0, 3)}${line.slice(place + 3)}`);
};

/** Without a checksum, a line that is changed within its texts cannot be told from a right one. */
const tear: Mutate = (lines, at, other) => {
  const line = lines[at] ?? "";
  return lines.with(at, line.slice(0, other % line.length));
};

const harmless = [duplicate, swap, insert];
const lossy = [remove, tear, cut];
const number = fc.nat(10_000);
const junk = fc.oneof(
  fc.string({ minLength: 3 }).map((text) => text.replaceAll("\n", " ")),
  fc.constantFrom(
    '{"v":1,"event":"task.ready","at":"2026-01-01T12:00:00.000Z","run":"20260101-120000-0001","task":"a"}',
    '{"v":1,"event":"task.settled","at":"2026-01-01T12:00:00.000Z","run":"x","task":"a","status":"pass","duration_s":1}',
    "null",
    "{}",
  ),
);
const mutations = (of: readonly Mutate[]) =>
  fc.array(fc.tuple(fc.constantFrom(...of), number, number, junk), { minLength: 1, maxLength: 4 });

const mutated = (lines: string[], steps: readonly [Mutate, number, number, string][]): string[] =>
  steps.reduce(
    (all, [mutate, at, other, text]) =>
      all.length === 0 ? all : mutate(all, at % all.length, other % all.length, text),
    lines,
  );

/** The tasks that a resume keeps, with the attempt whose outcome it believes. */
const believed = ({ history }: PastRun): string[] =>
  history.allTasks().flatMap((task) => {
    const outcome = outcomeOf(task);
    if (task.isInDoubt || !isDone(outcome?.status)) return [];
    return `${task.id} ${task.attempts.at(-1)?.number} ${JSON.stringify(outcome)}`;
  });

/** Whether the journal's first line is lost, without which nothing can be believed. */
async function readOrNothing(lines: readonly string[]): Promise<PastRun | undefined> {
  try {
    return await read(lines);
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    expect(error.problems.at(-1)?.message).toMatch(/^expected run.started/);
    return undefined;
  }
}

test.each(journals)("%s of version 0.1.0 says the same with checksums as without", async (name) => {
  const before = await read(await textsOf(name));
  const after = await read(await withChecksums(name));
  expect(before.problems).toEqual([]);
  expect(after.problems).toEqual([]);
  expect(after.events).toEqual(before.events);
  expect(after.history).toEqual(before.history);
});

test.each(journals)("%s of version 0.1.0 can be continued with checksums", async (name) => {
  const texts = await textsOf(name);
  const events = (await read(texts)).events;
  const half = Math.ceil(texts.length / 2);
  const past = await read(texts.slice(0, half));
  const journal = await Journal.continue(paths().journal, past.journal);
  for (const event of events.slice(half)) await journal.append(event);
  await journal.close();
  const after = await readRun(paths());
  expect(after.problems).toEqual([]);
  expect(after.events).toEqual(events);
});

describe("a journal with checksums", () => {
  test(`says the same after its lines were copied or swapped or foreign ones were put between (${numRuns} times)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...journals), mutations(harmless), async (name, steps) => {
        const lines = await withChecksums(name);
        const after = await read(mutated(lines, steps));
        expect(after.history).toEqual((await read(lines)).history);
      }),
      { numRuns },
    );
  });
});

describe.each([
  ["with checksums", withChecksums, [...lossy, garble]],
  ["of version 0.1.0", textsOf, lossy],
] as const)("a journal %s", (_, linesOf, losing) => {
  test(`of which lines are lost or changed makes nobody believe a result that was not there (${numRuns} times)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...journals), mutations(losing), async (name, steps) => {
        const lines = await linesOf(name);
        const attempted = await resultsIn(name, lines);
        const after = await readOrNothing(mutated(lines, steps));
        for (const result of after ? believed(after) : []) expect(attempted).toContain(result);
      }),
      { numRuns },
    );
  });

  test(`of any damage is sound once it is continued, and says the same (${numRuns} times)`, async () => {
    const any = mutations([...harmless, ...losing]);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...journals), any, async (name, steps) => {
        const past = await readOrNothing(mutated(await linesOf(name), steps));
        if (!past) return;
        await (await Journal.continue(paths().journal, past.journal)).close();
        const after = await readRun(paths());
        expect(after.problems).toEqual([]);
        expect(believed(after)).toEqual(believed(past));
        expect(after.history.restorations).toHaveLength(
          past.history.restorations.length + Number(past.problems.length > 0),
        );
      }),
      { numRuns },
    );
  });
});

/** Every result that a beginning of the journal gives a reason to believe. */
const results = new Map<string, Set<string>>();
async function resultsIn(name: string, lines: readonly string[]): Promise<ReadonlySet<string>> {
  const known = results.get(name);
  if (known) return known;
  const all = new Set<string>();
  results.set(name, all);
  for (const [at] of lines.entries())
    for (const one of believed(await read(lines.slice(0, at + 1)))) all.add(one);
  return all;
}
