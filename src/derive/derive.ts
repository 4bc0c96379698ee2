import type { Plan } from "../../schemas/plan.ts";
import { createdDirectoryEdges, createdFileEdges } from "./created-files.ts";
import { drawnEdges, isDrawing } from "./drawn-graphs.ts";
import type { Edge, Kind } from "./edge.ts";
import { factsOf } from "./facts.ts";
import { fieldEdges } from "./fields.ts";
import { gateEdges, opts as fopts, prerequisiteEdges, scaffoldEdges } from "./frame.ts";
import { importEdges } from "./imports.ts";
import { interfaceEdges } from "./interfaces.ts";
import { mentionEdges } from "./mentions.ts";
import { nameEdges, nopts } from "./names.ts";
import { referencesTo } from "./references.ts";
import { sharedFileEdges } from "./shared-files.ts";
import { greedyWaves, type Stage } from "./stages.ts";
import { statementsIn } from "./statements.ts";
import { symbolEdges } from "./symbol-uses.ts";
import { overlapEdges, titleEdges } from "./titles.ts";
import { wavesIn } from "./waves.ts";

export interface Derived { readonly stages: Stage[]; readonly edges: Edge[]; readonly needs: Set<number>[] }
export const opts: any = { off: new Set<Kind>(), graphExclusive: true, fieldExclusive: true, dirs: false, prereq: false, overlap: 0, gateDrawn: false, later: true, f: fopts, n: nopts };

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
  const settled = new Set([...(opts.fieldExclusive ? fields.said : []), ...statements.free, ...(opts.graphExclusive ? drawn : [])]);
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
  const stages = waves ? waves.map((w) => ({ name: w.name, tasks: w.tasks })) : greedyWaves(needs).map((tasks, at) => ({ name: `Stage ${at + 1}`, tasks }));
  return { stages, edges, needs };
}

/** Whether `from` waits, in the end, for `to`. */
function reaches(needs: readonly ReadonlySet<number>[], from: number, to: number): boolean {
  const seen = new Set([from]);
  for (const one of seen) { if (one === to) return true; for (const next of needs[one] ?? []) seen.add(next); }
  return false;
}
