/**
 * Measures interserve in one run: against other runners, a bare loop and its previous release, under strain, its engine
 * alone, and its starts. Prints ratios with quartiles, and writes them to .cache/bench/results.json; absolute times are
 * this machine's. `--quick` takes under two minutes and leaves out the previous release. `--plans DIR` adds the makespans
 * of the manifests in a directory.
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machinesAlone } from "./engine.ts";
import { makespans } from "./makespan.ts";
import { againstOthers, againstPrevious, handOverTime, largeRun, underStrain } from "./runs.ts";
import { coldStarts, largePlan } from "./start.ts";
import { type Row, table } from "./table.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, plans: { type: "string" } },
});
const rounds = values.quick ? 3 : 7;
const plans = values.plans;
const manifests =
  plans === undefined
    ? []
    : readdirSync(plans).flatMap((name) => (name.endsWith(".exec.yaml") ? [join(plans, name)] : []));

const benchmarks: readonly (() => Promise<Row[]>)[] = [
  () => againstOthers(rounds),
  () => handOverTime(rounds),
  () => machinesAlone(rounds),
  () => coldStarts(values.quick ? 11 : 41),
  () => makespans(manifests),
  ...(values.quick ? [] : [() => againstPrevious(5), () => underStrain(5), largeRun, () => largePlan(5)]),
];
const rows: Row[] = [];
for (const benchmark of benchmarks) {
  rows.push(...(await benchmark()));
  process.stderr.write(`${rows.at(-1)?.what ?? "nothing"} measured\n`);
}

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, ${process.platform}`;
mkdirSync(".cache/bench", { recursive: true });
const results = { machine, date: new Date().toISOString(), rows };
writeFileSync(".cache/bench/results.json", `${JSON.stringify(results, null, 2)}\n`);
console.log(`${machine}\n\n${table(rows)}`);
