import type { PlanCode } from "../../../schemas/plan.ts";

/**
 * Finds files whose content is shown in code blocks: a comment line with nothing but a path, `// src/a.ts`. Such paths
 * are often relative to a directory of the project; if a known path ends with one of them, all are taken from there.
 */
export function headedFiles(code: readonly PlanCode[], known: readonly string[]): string[] {
  const found = [
    ...new Set(code.flatMap(({ text }) => [...text.matchAll(heading)].map(([, path = ""]) => path))),
  ];
  const base = found.flatMap((path) => {
    const whole = known.find((one) => one.endsWith(`/${path}`));
    return whole ? [whole.slice(0, -path.length)] : [];
  })[0];
  return found.map((path) => (base && !path.startsWith(base) ? `${base}${path}` : path));
}

const heading =
  /^(?:\/\/|#|--|<!--)[ \t]+((?:[\w.@[\]-]+\/)+[\w.@[\]-]+\.[A-Za-z]\w{0,9})(?:[ \t]*-->)?[ \t\r]*$/gm;
