import type { PlanCode } from "../../schemas/plan.ts";

const definitions: readonly RegExp[] = [
  // Go: functions, methods, types; Rust, Python, TypeScript, shell, SQL.
  /^\s*func\s+(?:\([^)]*\)\s*)?([A-Za-z_]\w*)/gm,
  /^\s*type\s+([A-Za-z_]\w*)\s/gm,
  /^\s*(?:async\s+)?def\s+([A-Za-z_]\w*)/gm,
  /^\s*class\s+([A-Za-z_]\w*)/gm,
  /^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\*?|class|interface|enum|type|const|let)\s+([A-Za-z_$][\w$]*)/gm,
  /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+)?(?:fn|struct|enum|trait|mod)\s+([A-Za-z_]\w*)/gm,
  /^\s*([A-Za-z_][\w]*)\s*\(\)\s*\{/gm,
  /^\s*function\s+([A-Za-z_][\w]*)/gm,
  /create\s+(?:table|view|index)\s+(?:if\s+not\s+exists\s+)?["`]?([A-Za-z_]\w*)/gim,
];

/** A name that says enough to be told from a word of the language or of prose. */
export const isDistinct = (name: string): boolean =>
  name.length >= 5 && (/[a-z][A-Z]|[a-zA-Z]_[a-zA-Z]/.test(name) || (/^[A-Z][a-z]/.test(name) && name.length >= 8));

/** The names that a code block defines, tests left out: nobody uses these. */
export function definitionsIn({ text }: PlanCode): string[] {
  return definitions
    .flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = ""]) => name))
    .concat(sopts.tables ? [...text.matchAll(/create\s+table\s+(?:if\s+not\s+exists\s+)?["`]?([A-Za-z_]\w{5,})/gi)].map(([, n = ""]) => n) : [])
    .filter((name) => (isDistinct(name) || sopts.tables && new RegExp(`create\\s+table\\s+(if\\s+not\\s+exists\\s+)?["\`]?${name}\\b`, "i").test(text)) && !(sopts.noUnder ? /^(_|Test|test_|Benchmark|Fuzz|Example)/ : /^(Test|test_|Benchmark|Fuzz|Example)/).test(name));
}
export const sopts = { tables: false, noUnder: true };
