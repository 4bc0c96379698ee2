import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event.ts";
import { carriers } from "../process/processes.ts";
import { Rig } from "../rig.ts";

/** For more or different crashes: CRASHES=200 CRASH_SEED=7 npx vitest run test/e2e/crash.test.ts */
const crashes = Number(process.env.CRASHES ?? 50);
const seed = Number(process.env.CRASH_SEED ?? 1);
const width = 5;

/** Twelve tasks with fan-out, fan-in, a barrier and a shared file. Each writes a line to ran.log when it starts. */
const depends: Readonly<Record<string, string>> = {
  a: "",
  b: "a",
  c: "a",
  d: "a",
  e: "b c",
  f: "d",
  g: "e f",
  h: "",
  i: "h",
  j: "",
  k: "g j",
  l: "k i",
};
const run = `echo "$INTERSERVE_ATTEMPT" >> ran.log; sleep 0.0$(( $(echo $INTERSERVE_TASK | od -An -tu1 | tr -dc 0-9) % 5 + 1 )); echo "result of $INTERSERVE_TASK"; (sleep 0.02 &)`;
const task = (id: string) =>
  `      - id: ${id}\n        depends: [${depends[id]?.split(" ").join(", ")}]\n        run: ${JSON.stringify(run)}\n${"dh".includes(id) ? "        files: [shared.txt]\n" : ""}`;
const stage = (name: string, ids: string) => `  - name: ${name}\n    tasks:\n${[...ids].map(task).join("")}`;
const manifest = `version: 1\nmode: dependency-driven\nmax_parallel: 3\nstages:\n${stage("one", "abcdefghi")}${stage("two", "jkl")}`;

/** A repeatable generator of numbers in [0, 1). */
function random(from: number): () => number {
  let state = from * 2654435761;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Result {
  readonly events: RunEvent[];
  readonly prompts: Readonly<Record<string, string>>;
  readonly ran: string[];
}

async function resultOf(rig: Rig): Promise<Result> {
  const { run: name, path, journal: file } = await rig.latestRun();
  const journal = await readFile(file, "utf8");
  const events: RunEvent[] = journal
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const prompts: Record<string, string> = {};
  for (const id of Object.keys(depends)) {
    const last = events.findLast((event) => event.event === "task.started" && event.task === id);
    const attempt = last?.event === "task.started" ? last.attempt : 0;
    const prompt = await readFile(join(path, "tasks", id, String(attempt), "prompt.md"), "utf8");
    // Only the names of the run and of the attempt may differ.
    prompts[id] = prompt
      .replaceAll(dirname(path), "RUNS")
      .replaceAll(rig.dir, "DIR")
      .replaceAll(name, "RUN")
      .replaceAll(/\/\d+\/given\//g, "/N/given/");
  }
  const ran = (await readFile(join(rig.dir, "ran.log"), "utf8")).trim().split("\n");
  return { events, prompts, ran };
}

let undisturbed: Result;
let length = 0;
beforeAll(async () => {
  const rig = await Rig.make({ "plan.exec.yaml": manifest });
  const command = rig.command(["run", "plan.exec.yaml", "--json"]);
  expect((await command.ended).code).toBe(0);
  length = command.events.all.length;
  undisturbed = await resultOf(rig);
  await rig.close();
});

let done = 0;
afterAll(() => {
  expect(done).toBe(crashes);
});

test.concurrent.each(Array.from({ length: width }, (_, lane) => lane))(
  `a run killed at one of ${crashes} random points and resumed ends like an undisturbed run (seed ${seed}, lane %i)`,
  { timeout: 1_200_000 },
  async (lane) => {
    for (let at = lane; at < crashes; at += width) {
      await crash(seed * 100_000 + at);
      done += 1;
    }
  },
);

async function crash(number: number): Promise<void> {
  const next = random(number);
  const rig = await Rig.make({ "plan.exec.yaml": manifest });
  const kills = next() < 0.3 ? 2 : 1;
  let started = false;
  const finished = new Set<string>();
  for (let kill = 0; kill < kills; kill += 1) {
    const command = rig.command([...(started ? ["resume"] : ["run", "plan.exec.yaml"]), "--json"]);
    const after = Math.floor(next() * length);
    await Promise.race([command.events.first(() => command.events.all.length > after), command.ended]);
    command.child.kill("SIGKILL");
    await command.ended;
    for (const event of command.events.all) if (event.event === "task.settled") finished.add(event.task);
    started ||= command.events.all.length > 0;
  }
  const ranBefore = started ? (await resultOfLog(rig)).length : 0;
  const last = rig.command([...(started ? ["resume"] : ["run", "plan.exec.yaml"]), "--json"]);
  const { code, stderr } = await last.ended;
  expect({ number, code, stderr: stderr.replace(/.*journal-torn.*/s, "") }).toEqual({
    number,
    code: 0,
    stderr: "",
  });

  const { events, prompts, ran } = await resultOf(rig);
  const settled = events.flatMap((event) =>
    event.event === "task.settled" ? [`${event.task} ${event.status}`] : [],
  );
  expect({ number, settled: settled.sort() }).toEqual({
    number,
    settled: Object.keys(depends).map((id) => `${id} pass`),
  });
  const again = ran.slice(ranBefore).map((marker) => marker.split("/")[2] ?? "");
  expect({ number, again: again.filter((id) => finished.has(id)) }).toEqual({ number, again: [] });
  expect({ number, left: carriersOf(events[0]?.run ?? "") }).toEqual({ number, left: [] });
  expect({ number, prompts }).toEqual({ number, prompts: undisturbed.prompts });
  await rig.close();
}

const resultOfLog = async (rig: Rig): Promise<string[]> =>
  (await readFile(join(rig.dir, "ran.log"), "utf8").catch(() => "")).split("\n").filter(Boolean);

const carriersOf = (run: string): number[] =>
  Object.keys(depends).flatMap((id) =>
    [1, 2, 3, 4].flatMap((attempt) => carriers(`${run}/tasks/${id}/${attempt}`)),
  );
