import { type Derivation, derive } from "../../src/derive/derive.ts";
import { parsePlan } from "../../src/plan/parse-plan.ts";

/** The derivation of a plan, as `from>to kind` words with the plan's own numbers. */
export function derived(text: string): {
  edges: string[];
  stages: string[];
  unexplained: string[];
  raw: Derivation;
} {
  const { plan } = parsePlan(text, "plan.md");
  const raw = derive(plan);
  const number = (at: number) => plan.tasks[at]?.number ?? "?";
  return {
    edges: raw.edges.map(({ from, to, kind }) => `${number(from)}>${number(to)} ${kind}`),
    stages: raw.stages.map(({ name, tasks }) => `${name}: ${tasks.map(number).join(" ")}`),
    unexplained: raw.unexplained.map(number),
    raw,
  };
}

/** A plan of tasks, each a title and the rest of its section. */
export const planOf = (...tasks: readonly (readonly [title: string, body?: string])[]): string =>
  `# Plan\n\n${tasks.map(([title, body = ""], at) => `### Task ${at + 1}: ${title}\n\n${body}\n`).join("\n")}`;

/** `**Files:**` with a bullet each. */
export const files = (...bullets: readonly string[]): string =>
  `**Files:**\n${bullets.map((bullet) => `- ${bullet}`).join("\n")}\n`;

export const code = (language: string, text: string): string => `\n\`\`\`${language}\n${text}\n\`\`\`\n`;
