/** Whole runs: 200 commands in layers of ten, at most 8 at once, against other runners and under strain. */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chain, layered } from "./graph.ts";
import { type Command, type Cost, costOf, inRounds, quartiles, ratios } from "./measure.ts";
import { bareSpawns, current, interserve, make, ninja, previous, wireitScripts } from "./rivals.ts";
import type { Row } from "./table.ts";

const wall = (costs: readonly Cost[]) => costs.map((cost) => cost.wall);
const cpu = (costs: readonly Cost[]) => costs.map((cost) => cost.cpu);
const memory = (costs: readonly Cost[]) => costs.map((cost) => cost.memory);

function measured<Name extends string>(rounds: number, commands: Readonly<Record<Name, Command>>) {
  const subjects = Object.entries<Command>(commands).map(([name, command]) => [name, () => costOf(command)]);
  return inRounds(rounds, Object.fromEntries(subjects) as Record<Name, () => Cost>);
}

/** interserve, the other runners, a bare loop, and the previous release if git has it. */
export async function againstOthers(rounds: number): Promise<Row[]> {
  const graph = layered(200);
  const ours = await measured(rounds, {
    interserve: interserve(current, graph),
    wireit: wireitScripts(graph),
    ninja: ninja(graph),
    make: make(graph),
    bare: bareSpawns(graph),
  });
  const shown = Object.entries(ours).flatMap(([name, costs]): Row[] => [
    { what: `200 × \`true\`, ${name}: wall`, figure: quartiles(wall(costs)), unit: "s" },
    { what: `200 × \`true\`, ${name}: CPU`, figure: quartiles(cpu(costs)), unit: "s" },
    { what: `200 × \`true\`, ${name}: memory`, figure: quartiles(memory(costs)), unit: "MB" },
  ]);
  const { interserve: own, wireit } = ours;
  return [
    {
      what: "200 × `true` over wireit: wall",
      figure: ratios(wall(own), wall(wireit)),
      unit: "times",
      goal: 1,
    },
    {
      what: "200 × `true` over wireit: CPU",
      figure: ratios(cpu(own), cpu(wireit)),
      unit: "times",
      goal: 1.2,
    },
    ...shown,
  ];
}

export async function againstPrevious(rounds: number): Promise<Row[]> {
  const release = previous();
  if (release === undefined) return [];
  const graph = layered(200);
  const { own, before } = await measured(rounds, {
    own: interserve(current, graph),
    before: interserve(release, graph),
  });
  const what = "200 × `true` over the previous release";
  return [
    { what: `${what}: wall`, figure: ratios(wall(own), wall(before)), unit: "times", goal: 0.12 },
    { what: `${what}: CPU`, figure: ratios(cpu(own), cpu(before)), unit: "times" },
  ];
}

/** The same graph on a machine with many processes, and in a tree with many untracked files. */
export async function underStrain(rounds: number): Promise<Row[]> {
  const graph = layered(200);
  const calm = interserve(current, graph);
  const crowded = interserve(current, graph);
  const littered = interserve(current, graph);
  for (let folder = 0; folder < 20; folder += 1) {
    mkdirSync(join(littered.cwd, `untracked-${folder}`));
    for (let file = 0; file < 1000; file += 1)
      writeFileSync(join(littered.cwd, `untracked-${folder}/${file}.txt`), "x");
  }
  const results = await inRounds(rounds, {
    calm: () => costOf(calm),
    crowded: () => amongProcesses(2600, () => costOf(crowded)),
    littered: () => costOf(littered),
  });
  rmSync(littered.cwd, { recursive: true });
  const over = (costs: readonly Cost[]) => ratios(wall(costs), wall(results.calm));
  return [
    {
      what: "the same beside 2,600 processes, over without",
      figure: over(results.crowded),
      unit: "times",
      goal: 1.1,
    },
    {
      what: "the same beside 20,000 untracked files, over without",
      figure: over(results.littered),
      unit: "times",
      goal: 1.3,
    },
  ];
}

/** Measures while a number of idle processes exist. */
async function amongProcesses<Result>(count: number, measure: () => Result): Promise<Result> {
  const crowd = spawn("sh", ["-c", `for i in $(seq ${count}); do sleep 3600 & done; echo ready; wait`], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise((resolve) => crowd.once("exit", resolve));
  try {
    await new Promise((resolve) => crowd.stdout.once("data", resolve));
    return measure();
  } finally {
    process.kill(-(crowd.pid as number), "SIGKILL");
    await ended;
  }
}

export async function largeRun(): Promise<Row[]> {
  const cost = costOf(interserve(current, layered(2000)));
  return [{ what: "2,000 × `true`: peak memory", figure: quartiles([cost.memory]), unit: "MB", goal: 110 }];
}

/**
 * How much longer than a bare spawn it takes from the end of a task to the start of the one that depends on it: a chain
 * of tasks against a loop that starts the same commands, each without its first start.
 */
export async function handOverTime(rounds: number): Promise<Row[]> {
  const [short, long] = [1, 201];
  const results = await measured(rounds, {
    runLong: interserve(current, chain(long)),
    runShort: interserve(current, chain(short)),
    bareLong: bareSpawns(chain(long)),
    bareShort: bareSpawns(chain(short)),
  });
  const perTask = results.runLong.map((cost, round) => {
    const at = (costs: readonly Cost[]) => costs[round]?.wall ?? Number.NaN;
    const extra = cost.wall - at(results.runShort) - (at(results.bareLong) - at(results.bareShort));
    return (extra / (long - short)) * 1000;
  });
  return [
    {
      what: "from task to dependent, more than a bare spawn",
      figure: quartiles(perTask),
      unit: "ms",
      goal: 2,
    },
  ];
}
