import type { PlanCode } from "../../../schemas/plan.ts";

/** Definitions of functions, methods, types and tables, in Go, Python, TypeScript, Rust, shell and SQL. */
const definitions: readonly RegExp[] = [
  /^[ \t]*func[ \t]+(?:\([^)\n]*\)[ \t]*)?([A-Za-z_]\w*)/gm,
  /^[ \t]*(?:async[ \t]+)?def[ \t]+([A-Za-z_]\w*)/gm,
  /^[ \t]*(?:export[ \t]+)?(?:default[ \t]+)?(?:async[ \t]+)?(?:function\*?|class|interface|enum|type|const|let)[ \t]+([A-Za-z_$][\w$]*)/gm,
  /^[ \t]*(?:pub(?:\([^)\n]*\))?[ \t]+)?(?:async[ \t]+)?(?:fn|struct|enum|trait|mod)[ \t]+([A-Za-z_]\w*)/gm,
  /^[ \t]*([A-Za-z_]\w*)[ \t]*\(\)[ \t]*\{/gm,
  /\bcreate[ \t]+(?:table|view|index)[ \t]+(?:if[ \t]+not[ \t]+exists[ \t]+)?["`]?([A-Za-z_]\w*)/gim,
];

/** Whether a name differs from the words of a language and of prose. */
const isDistinct = (name: string): boolean =>
  name.length >= 5 &&
  (/[a-z][A-Z]|[a-zA-Z]_[a-zA-Z]/.test(name) || (/^[A-Z][a-z]/.test(name) && name.length >= 8));

/** Tests, and names with a leading underscore, which other files do not use. */
const privateName = /^(_|Test|test_|Benchmark|Fuzz|Example)/;

/** Finds the names that a code block defines for other files. */
export const definitionsIn = ({ text }: PlanCode): string[] =>
  definitions
    .flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = ""]) => name))
    .filter((name) => isDistinct(name) && !privateName.test(name));
