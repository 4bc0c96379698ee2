import type { Edge } from "./edge.ts";
import type { TaskFacts } from "./facts.ts";

/** A module that a task's code imports, and an earlier task has created a file of. */
export function importEdges(tasks: readonly TaskFacts[]): Edge[] {
  const owner = new Map<string, number>();
  for (const { at, creates } of tasks) {
    for (const path of creates) for (const module of modulesOf(path)) if (!owner.has(module)) owner.set(module, at);
  }
  return tasks.flatMap(({ at: to, task }) => {
    const found = new Map<number, string>();
    for (const { text } of task.code) {
      for (const module of importsIn(text)) {
        const from = tailsOf(module).flatMap((tail) => owner.get(tail) ?? [])[0];
        if (from !== undefined && from < to && !found.has(from)) found.set(from, module);
      }
    }
    return [...found].map(([from, module]): Edge => ({ from, to, kind: "import", detail: `imports \`${module}\`, of which it creates a file` }));
  });
}

/** What a file may be imported as: its path without ending, and the directory of a package, two parts at least. */
function modulesOf(path: string): string[] {
  const bare = path.replace(/\.[^./]+$/, "").replace(/\/(__init__|index|mod|lib)$/, "");
  const modules = tailsOf(bare).filter((tail) => tail.includes("/"));
  if (!path.endsWith(".go")) return modules;
  return tailsOf(path.slice(0, path.lastIndexOf("/"))).filter((tail) => tail.includes("/"));
}

const tailsOf = (path: string): string[] => {
  const parts = path.split("/").filter((part) => part !== "." && part !== "..");
  return parts.map((_, at) => parts.slice(at).join("/")).filter((tail) => tail.includes("/"));
};

const forms: readonly RegExp[] = [
  /^\s*(?:from|import)\s+\.*([A-Za-z_][\w.]+)/gm,
  /(?:from|import|require)\s*\(?\s*["']([^"'\n]+)["']/g,
  /^\s*(?:[A-Za-z_.]\w*\s+)?"([\w.-]+(?:\/[\w.-]+)+)"\s*$/gm,
  /^\s*(?:pub\s+)?use\s+(?:crate|super)::([\w:]+)/gm,
];

function importsIn(text: string): string[] {
  return forms.flatMap((form, at) =>
    [...text.matchAll(form)].map(([, module = ""]) =>
      at === 0 ? module.replaceAll(".", "/") : module.replaceAll("::", "/").replace(/\.[cm]?[jt]sx?$/, ""),
    ),
  );
}
