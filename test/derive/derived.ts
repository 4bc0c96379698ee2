import { type Derivation, derive } from "../../src/derive/derive.ts";
import { parsePlan } from "../../src/plan/parse-plan.ts";

/** Derives a plan's order. Edges are `from>to kind` with the plan's own numbers. */
export function deriveText(text: string): {
  edges: string[];
  stages: string[];
  unexplained: string[];
  raw: Derivation;
} {
  const { plan } = parsePlan(text, "plan.md");
  const raw = derive(plan);
  const number = (task: number) => plan.tasks[task]?.number ?? "?";
  return {
    edges: raw.edges.map(({ from, to, kind }) => `${number(from)}>${number(to)} ${kind}`),
    stages: raw.stages.map(({ name, tasks }) => `${name}: ${tasks.map(number).join(" ")}`),
    unexplained: raw.unexplained.map(number),
    raw,
  };
}

/** A plan of tasks, each with a title and the text of its section. */
export const planOf = (...tasks: readonly (readonly [title: string, body?: string])[]): string =>
  `# Plan\n\n${tasks.map(([title, body = ""], index) => `### Task ${index + 1}: ${title}\n\n${body}\n`).join("\n")}`;

/** A field `**Files:**` with a bullet for each file. */
export const files = (...bullets: readonly string[]): string =>
  `**Files:**\n${bullets.map((bullet) => `- ${bullet}`).join("\n")}\n`;

export const code = (language: string, text: string): string => `\n\`\`\`${language}\n${text}\n\`\`\`\n`;
