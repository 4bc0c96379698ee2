import type { ICruiseResult } from "dependency-cruiser";

/** Folders and the loose files of src, each with those that it imports. */
export type FolderGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** The folder that a module counts as: one of src, else one at the root; undefined for anything not our own. */
export function folderOf(module: string): string | undefined {
  const [top = "", second = "", third] = module.split("/");
  if (top === "src") return third === undefined && second === "version.ts" ? undefined : `${top}/${second}`;
  return ["machines", "schemas", "visualizations"].includes(top) ? top : undefined;
}

/** Imports between folders, read from what dependency-cruiser found; types count. */
export function folderGraph({ modules }: Pick<ICruiseResult, "modules">): FolderGraph {
  const graph = new Map<string, Set<string>>();
  for (const { source, dependencies } of modules) {
    const from = folderOf(source);
    if (from === undefined) continue;
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    for (const { resolved } of dependencies) {
      const to = folderOf(resolved);
      if (to !== undefined && to !== from) targets.add(to);
    }
  }
  return new Map([...graph].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Folders on a path of imports from a folder, itself only if it lies on a cycle. */
export function reachable(graph: FolderGraph, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (folder: string) => {
    for (const next of graph.get(folder) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(from);
  return found;
}

/** The same graph without the imports that a longer path implies. The graph must have no cycle. */
export function withoutImplied(graph: FolderGraph): FolderGraph {
  const isImplied = (from: string, to: string) =>
    [...(graph.get(from) ?? [])].some((other) => other !== to && reachable(graph, other).has(to));
  return new Map(
    [...graph].map(([from, targets]) => [from, new Set([...targets].filter((to) => !isImplied(from, to)))]),
  );
}
