/** Cold starts of commands over `node -e 0`, and deriving a large plan. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, costOf, inRounds, quartiles, ratios } from "./measure.ts";
import { current, previous } from "./rivals.ts";
import type { Row } from "./table.ts";

const header = "version: 1\nmode: dependency-driven\nstages:\n  - name: all\n    tasks:\n";

/** Writes a plan and its manifest of 50 tasks, and the same manifest without a plan. */
function writeInputs(folder: string): { readonly alone: string; readonly withPlan: string } {
  const tasks = Array.from({ length: 50 }, (_, at) => {
    const depends = at === 0 ? "" : `task-${Math.max(1, Math.floor(at / 2))}`;
    return `      - id: task-${at + 1}\n        title: Number ${at + 1}\n        files: [src/${at}.ts]\n        depends: [${depends}]`;
  });
  const manifest = `${header}${tasks.join("\n")}\n`;
  const sections = Array.from({ length: 50 }, (_, at) => section(at + 1, 12));
  const [alone, withPlan] = [join(folder, "alone.exec.yaml"), join(folder, "plan.exec.yaml")];
  writeFileSync(alone, manifest);
  writeFileSync(withPlan, manifest);
  writeFileSync(join(folder, "plan.md"), `# Plan\n\n${sections.join("\n")}`);
  return { alone, withPlan };
}

/** A task's section of a plan, of a number of steps. */
function section(number: number, steps: number): string {
  const depends = number > 1 ? `\n**Depends on:** Task ${Math.max(1, Math.floor((number - 1) / 2))}\n` : "";
  const lines = Array.from({ length: steps }, (_, step) => [
    `- [ ] **Step ${step + 1}: write part ${step + 1} of number ${number}**`,
    "",
    "```ts",
    `export const part${number}_${step} = ${step};`,
    "```",
  ]);
  return `### Task ${number}: Number ${number}\n${depends}\n**Files:**\n- Create: \`src/${number - 1}.ts\`\n\n${lines.flat().join("\n")}\n`;
}

const node = (...args: string[]): Command => ({ command: [process.execPath, ...args] });

export async function coldStarts(rounds: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "interserve-bench-"));
  const { alone, withPlan } = writeInputs(folder);
  const results = await inRounds(rounds, {
    empty: () => costOf(node("-e", "0")).wall,
    alone: () => costOf(node(current, "check", alone)).wall,
    withPlan: () => costOf(node(current, "check", withPlan)).wall,
    version: () => costOf(node(current, "--version")).wall,
    complete: () => costOf(node(current, "complete", "bash")).wall,
  });
  rmSync(folder, { recursive: true });
  const over = (walls: readonly number[]) => ratios(walls, results.empty);
  return [
    { what: "`check` of 50 tasks over `node -e 0`", figure: over(results.alone), unit: "times", goal: 2 },
    {
      what: "`check` with its plan over `node -e 0`",
      figure: over(results.withPlan),
      unit: "times",
      goal: 2.5,
    },
    { what: "`--version` over `node -e 0`", figure: over(results.version), unit: "times", goal: 1.3 },
    { what: "`complete` over `node -e 0`", figure: over(results.complete), unit: "times", goal: 1.3 },
  ];
}

/** Derives a plan of 100,000 lines and 1,500 tasks. */
export async function largePlan(rounds: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "interserve-bench-"));
  const plan = join(folder, "plan.md");
  const text = `# Plan\n\n${Array.from({ length: 1500 }, (_, at) => section(at + 1, 12)).join("\n")}`;
  const missing = 100_000 - text.split("\n").length;
  writeFileSync(plan, `${text}\n${"A line of prose.\n".repeat(Math.max(0, missing))}`);
  const derive = (main: string) => () => {
    const cost = costOf(node(main, "plan", plan, "-o", join(folder, "plan.exec.yaml"), "--force"));
    if (!readFileSync(join(folder, "plan.exec.yaml"), "utf8").includes("task-1500"))
      throw new Error("a task is missing");
    return cost;
  };
  const release = previous();
  const own = derive(current);
  const results = await inRounds(rounds, { own, before: release === undefined ? own : derive(release) });
  rmSync(folder, { recursive: true });
  const cpu = results.own.map((cost) => cost.cpu);
  const before = results.before.map((cost) => cost.cpu);
  return [
    { what: "`plan` of 100,000 lines: CPU", figure: quartiles(cpu), unit: "s" },
    {
      what: "`plan` of 100,000 lines: memory",
      figure: quartiles(results.own.map(({ memory }) => memory)),
      unit: "MB",
      goal: 300,
    },
    ...(release === undefined
      ? []
      : [
          {
            what: "the same over the previous release: CPU",
            figure: ratios(cpu, before),
            unit: "times",
            goal: 0.2,
          } as const,
        ]),
  ];
}
