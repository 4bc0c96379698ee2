import type { PlanCode } from "../../../schemas/plan.ts";
import type { Dependency } from "../dependency.ts";
import { groupPairs } from "../group-pairs.ts";
import { type TaskEvidence, tailsOf } from "./task-evidence.ts";

/** Finds modules that a task's code imports and of which an earlier task creates a file. */
export function findImports(tasks: readonly TaskEvidence[]): Dependency[] {
  const creators = groupPairs(
    tasks.flatMap(({ index, creates }) =>
      [...creates].flatMap(modulesOf).map((module) => [module, index] as const),
    ),
  );
  return tasks.flatMap(({ index: to, task }) =>
    task.code.flatMap(importsIn).flatMap((module) => {
      const [from = to] = moduleTails(module).flatMap((tail) => creators.get(tail)?.[0] ?? []);
      const detail = `creates a file of \`${module}\`, which this task imports`;
      return from < to ? [{ from, to, detail }] : [];
    }),
  );
}

/** The names of at least two parts by which a file may be imported: its path without extension; in Go, its directory. */
function modulesOf(path: string): string[] {
  if (path.endsWith(".go")) return moduleTails(path.slice(0, path.lastIndexOf("/")));
  return moduleTails(path.replace(/\.[^./]+$/, "").replace(/\/(__init__|index|mod|lib)$/, ""));
}

const moduleTails = (path: string): string[] =>
  tailsOf(path.replace(/^(?:\.{1,2}\/)+/, "")).filter((tail) => tail.includes("/"));

const dottedImport = /^[ \t]*(?:from|import)[ \t]+\.*([A-Za-z_][\w.]+)/gm;
/** Quoted modules; a line of a Go import; Rust. */
const otherImports: readonly RegExp[] = [
  /(?:from|import|require)\s{0,9}\(?\s{0,99}["']([^"'\n]+)["']/g,
  /^[ \t]*(?:[A-Za-z_.]\w*[ \t]+)?"([\w.-]+(?:\/[\w.-]+)+)"[ \t\r]*$/gm,
  /^[ \t]*(?:pub[ \t]+)?use[ \t]+(?:crate|super)::([\w:]+)/gm,
];

function importsIn({ text }: PlanCode): string[] {
  const modules = (form: RegExp) => [...text.matchAll(form)].map(([, module = ""]) => module);
  return [
    ...modules(dottedImport).map((module) => module.replaceAll(".", "/")),
    ...otherImports
      .flatMap(modules)
      .map((module) => module.replaceAll("::", "/").replace(/\.[cm]?[jt]sx?$/, "")),
  ];
}
