import type { Edge } from "../edge.ts";
import { type TaskFacts, tailsOf } from "./task-evidence.ts";

/** A module that a task's code imports, and an earlier task has created a file of. */
export function importEdges(tasks: readonly TaskFacts[]): Edge[] {
  const owner = new Map<string, number>();
  for (const { at, creates } of tasks) {
    for (const path of creates)
      for (const module of modulesOf(path)) if (!owner.has(module)) owner.set(module, at);
  }
  return tasks.flatMap(({ at: to, task }) => {
    const found = new Map<number, string>();
    for (const { text } of task.code) {
      for (const module of importsIn(text)) {
        const from = moduleTails(module).flatMap((tail) => owner.get(tail) ?? [])[0];
        if (from !== undefined && from < to && !found.has(from)) found.set(from, module);
      }
    }
    return [...found].map(
      ([from, module]): Edge => ({
        from,
        to,
        kind: "import",
        detail: `imports \`${module}\`, of which it creates a file`,
      }),
    );
  });
}

/** What a file may be imported as, two parts at least: its path without ending; in Go, its directory. */
function modulesOf(path: string): string[] {
  if (path.endsWith(".go")) return moduleTails(path.slice(0, path.lastIndexOf("/")));
  return moduleTails(path.replace(/\.[^./]+$/, "").replace(/\/(__init__|index|mod|lib)$/, ""));
}

const moduleTails = (path: string): string[] =>
  tailsOf(path.replace(/^(?:\.{1,2}\/)+/, "")).filter((tail) => tail.includes("/"));

/** Python and plain imports with dots; quoted modules; a line of a Go import; Rust. */
const forms: readonly RegExp[] = [
  /^[ \t]*(?:from|import)[ \t]+\.*([A-Za-z_][\w.]+)/gm,
  /(?:from|import|require)\s{0,9}\(?\s{0,99}["']([^"'\n]+)["']/g,
  /^[ \t]*(?:[A-Za-z_.]\w*[ \t]+)?"([\w.-]+(?:\/[\w.-]+)+)"[ \t\r]*$/gm,
  /^[ \t]*(?:pub[ \t]+)?use[ \t]+(?:crate|super)::([\w:]+)/gm,
];

function importsIn(text: string): string[] {
  return forms.flatMap((form, at) =>
    [...text.matchAll(form)].map(([, module = ""]) =>
      at === 0 ? module.replaceAll(".", "/") : module.replaceAll("::", "/").replace(/\.[cm]?[jt]sx?$/, ""),
    ),
  );
}
