import type { PlanCode } from "../../../schemas/plan.ts";

/**
 * The files whose text code blocks give: a block's line that is a comment and has a path alone, `// src/a.ts`. Such a
 * path is often told from a directory of the project; where a known path ends in one of them, all stand where it does.
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
