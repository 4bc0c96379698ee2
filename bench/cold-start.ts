/**
 * Measures a cold start: `check` of a manifest of 50 tasks in a new process, in alternation with `node -e 0`. Prints
 * medians and their ratio; absolute times are this machine's.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./median.ts";

const rounds = 41;
const folder = mkdtempSync(join(tmpdir(), "interserve-bench-"));
const manifest = join(folder, "plan.exec.yaml");
const tasks = Array.from({ length: 50 }, (_, at) => {
  const depends = at === 0 ? "" : `task-${Math.max(1, Math.floor(at / 2))}`;
  return `      - id: task-${at + 1}\n        title: Number ${at + 1}\n        files: [src/${at}.ts]\n        depends: [${depends}]`;
});
writeFileSync(
  manifest,
  `version: 1\nmode: dependency-driven\nstages:\n  - name: all\n    tasks:\n${tasks.join("\n")}\n`,
);

function timed(args: readonly string[]): number {
  const started = performance.now();
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stdout}`);
  return performance.now() - started;
}

const empty: number[] = [];
const check: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  empty.push(timed(["-e", "0"]));
  check.push(timed(["dist/main.js", "check", manifest]));
}
rmSync(folder, { recursive: true });
const ratio = check.map((time, round) => time / (empty[round] as number));
console.log(`node -e 0: ${median(empty).toFixed(0)} ms; check of 50 tasks: ${median(check).toFixed(0)} ms`);
console.log(`check over node -e 0: ${median(ratio).toFixed(2)} times`);
