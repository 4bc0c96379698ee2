import type { Plan } from "../../schemas/plan.ts";
import { createdDirectoryEdges, createdFileEdges } from "./created-files.ts";
import { drawnEdges, isDrawing } from "./drawn-graphs.ts";
import type { Edge, Kind } from "./edge.ts";
import { factsOf } from "./facts.ts";
import { fieldEdges } from "./fields.ts";
import { gateEdges, opts as fopts, prerequisiteEdges, scaffoldEdges } from "./frame.ts";
import { importEdges } from "./imports.ts";
import { interfaceEdges } from "./interfaces.ts";
import { mentionEdges, mopts } from "./mentions.ts";
import { sopts } from "./symbols.ts";
import { nameEdges, nopts } from "./names.ts";
import { referencesTo } from "./references.ts";
import { sharedFileEdges } from "./shared-files.ts";
import { greedyWaves, levelsOf, type Stage } from "./stages.ts";
import { statementsIn } from "./statements.ts";
import { symbolEdges } from "./symbol-uses.ts";
import { overlapEdges, titleEdges, topts } from "./titles.ts";
import { wavesIn } from "./waves.ts";

export interface Derived { readonly stages: Stage[]; readonly edges: Edge[]; readonly needs: Set<number>[] }
export const opts: any = { off: new Set<Kind>(), graphExclusive: true, fieldExclusive: true, dirs: true, prereq: true, overlap: 2, gateDrawn: true, later: true, f: fopts, m: mopts, s: sopts, t: topts, levels: true, stEx: false, drawnIn: true, fallback: undefined, first: true, n: nopts };

export function derive(plan: Plan): Derived {
  const tasks = factsOf(plan);
  const references = referencesTo(plan.tasks.map(({ number }) => number));
  const fields = fieldEdges(tasks, references);
  const text = [plan.prose, ...plan.code.map(({ text }) => text)].join("\n");
  const statements = statementsIn(text, references);
  const drawings = plan.code.filter((code) => isDrawing(code, references)).map((code) => drawnEdges(code, references));
  const drawn = new Set(drawings.flatMap(({ drawn }) => [...drawn]));
  const waves = wavesIn(plan.prose, tasks.length, references);
  const sure = [...fields.edges, ...drawings.flatMap(({ edges }) => edges), ...statements.edges];
  const settled = new Set([...(opts.fieldExclusive ? fields.said : []), ...statements.free, ...(opts.graphExclusive ? (opts.drawnIn ? sure.filter(({ kind }) => kind === "graph" || (opts.stEx && kind === "statement")).map(({ to }) => to) : drawn) : [])]);
  const guessed = [
    ...mentionEdges(tasks, references), ...interfaceEdges(tasks), ...createdFileEdges(tasks), ...importEdges(tasks),
    ...symbolEdges(tasks), ...nameEdges(tasks, text), ...scaffoldEdges(tasks), ...titleEdges(tasks), ...sharedFileEdges(tasks), ...gateEdges(tasks),
    ...(opts.dirs ? createdDirectoryEdges(tasks) : []), ...(opts.prereq ? prerequisiteEdges(tasks) : []), ...(opts.overlap ? overlapEdges(tasks, opts.overlap) : []),
  ].filter(({ to, from, kind }) => (!settled.has(to) || (opts.gateDrawn && kind === "gate" && to === tasks.length - 1 && !fields.said.has(to) && !statements.free.has(to))) && from < to);
  const needs = tasks.map(() => new Set<number>());
  const edges: Edge[] = [];
  for (const edge of [...sure, ...guessed]) {
    if (opts.off.has(edge.kind)) continue;
    if (reaches(needs, edge.from, edge.to)) continue;
    needs[edge.to]?.add(edge.from);
    edges.push(edge);
  }
  if (waves) {
    const at = new Map(waves.flatMap((wave, n) => wave.tasks.map((task) => [task, n] as const)));
    for (const [to, set] of needs.entries()) for (const from of set) if ((at.get(from) ?? 0) > (at.get(to) ?? 0)) set.delete(from);
  }
  if (opts.first && (tasks[0]?.creates.size ?? 0) > 0) for (const { at: to } of tasks.slice(1)) {
    if (settled.has(to) || edges.some((edge) => edge.to === to && edge.kind !== "scaffold")) continue;
    if (!reaches(needs, 0, to)) { needs[to]?.add(0); edges.push({ from: 0, to, kind: "scaffold", detail: "first" }); }
  }
  if (opts.fallback) for (const edge of opts.fallback(tasks, needs, edges, settled)) if (!reaches(needs, edge.from, edge.to)) { needs[edge.to]?.add(edge.from); edges.push(edge); }
  const stages = waves ? waves.map((w) => ({ name: w.name, tasks: w.tasks })) : (opts.levels && tasks.every(({ at }) => settled.has(at) || drawn.has(at) || statements.free.has(at)) ? levelsOf(needs) : greedyWaves(needs)).map((tasks, at) => ({ name: `Stage ${at + 1}`, tasks }));
  return { stages, edges, needs };
}

/** Whether `from` waits, in the end, for `to`. */
function reaches(needs: readonly ReadonlySet<number>[], from: number, to: number): boolean {
  const seen = new Set([from]);
  for (const one of seen) { if (one === to) return true; for (const next of needs[one] ?? []) seen.add(next); }
  return false;
}
