import type { Plan } from "../../schemas/plan.ts";
import { createdFileEdges } from "./created-files.ts";
import { drawnEdges, isDrawing } from "./drawn-graphs.ts";
import type { Edge } from "./edge.ts";
import { factsOf, type TaskFacts } from "./facts.ts";
import { fieldEdges } from "./fields.ts";
import { gateEdges } from "./gates.ts";
import { firstTaskEdges, groundworkEdges } from "./groundwork.ts";
import { importEdges } from "./imports.ts";
import { interfaceEdges } from "./interfaces.ts";
import { mentionEdges } from "./mentions.ts";
import { isMermaid, mermaidEdges } from "./mermaid.ts";
import { nameEdges } from "./names.ts";
import { type References, referencesTo } from "./references.ts";
import { sharedFileEdges } from "./shared-files.ts";
import { greedyWaves, levelsOf, named } from "./stages.ts";
import { statementsIn } from "./statements.ts";
import { symbolEdges } from "./symbol-uses.ts";
import { tableStatements } from "./tables.ts";
import { titleEdges } from "./titles.ts";
import { headedWaves, type Wave, wavesIn } from "./waves.ts";

/** What a plan's tasks wait for, and why. Tasks by number in plan order. */
export interface Derivation {
  readonly stages: readonly Wave[];
  /** One edge or more for each dependency; no cycle, and none against the order of the stages. */
  readonly edges: readonly Edge[];
  /** Tasks of which the plan tells nothing at all: worth a person's look. */
  readonly unexplained: readonly number[];
}

/** Derives the order of a plan's tasks from evidence in it: what the plan says first, then what can be told from it. */
export function derive(plan: Plan): Derivation {
  const tasks = factsOf(plan);
  const references = referencesTo(plan.tasks.map(({ number }) => number));
  const { stated, settled, drawn, waves } = whatIsSaid(plan, tasks, references);
  const order = new Acyclic(tasks.length, waves);
  for (const edge of stated) order.add(edge);
  const [told, gates] = guesses(tasks, references).map((edges) =>
    edges.filter(({ from, to }) => from < to && !settled.has(to)),
  );
  for (const edge of told ?? []) order.add(edge);
  // A scaffold alone tells little: every task of a new directory has it.
  const isTold = new Set(order.edges.flatMap(({ to, kind }) => (kind === "scaffold" ? [] : [to])));
  const isWithout = (task: number) => !settled.has(task) && !isTold.has(task);
  const isGate = new Set((gates ?? []).map(({ to }) => to));
  const unexplained = tasks
    .slice(1)
    .flatMap(({ at }) => (isWithout(at) && !isGate.has(at) && !waves ? [at] : []));
  for (const edge of firstTaskEdges(tasks, (task) => isWithout(task) && !isGate.has(task)))
    order.addNew(edge);
  for (const edge of gates ?? []) order.addNew(edge);
  const isStated = tasks.every(({ at }) => settled.has(at) || drawn.has(at));
  const stages = waves ?? named(isStated ? levelsOf(order.needs) : greedyWaves(order.needs), plan);
  return { stages, edges: order.edges, unexplained };
}

/** What the plan says itself. For the tasks in `settled` it says all, and nothing is guessed. */
function whatIsSaid(plan: Plan, tasks: readonly TaskFacts[], references: References) {
  const fields = fieldEdges(tasks, references);
  const [mermaid, code] = [plan.code.filter(isMermaid), plan.code.filter((code) => !isMermaid(code))];
  const drawings = [
    ...mermaid.map((code) => mermaidEdges(code, references)),
    ...code.filter((code) => isDrawing(code, references)).map((code) => drawnEdges(code, references)),
  ];
  const lines = drawings.flatMap(({ edges }) => edges);
  const text = [plan.prose, ...code.map(({ text }) => text)].join("\n");
  const statements = statementsIn(text, references);
  const tables = tableStatements(plan.prose, references);
  return {
    stated: [...fields.edges, ...lines, ...statements.edges, ...tables.edges],
    settled: new Set([
      ...fields.said,
      ...statements.free,
      ...lines.map(({ to }) => to),
      ...tables.free,
      ...tables.edges.map(({ to }) => to),
    ]),
    drawn: new Set(drawings.flatMap(({ drawn }) => [...drawn])),
    waves: wavesIn(plan.prose, tasks.length, references) ?? headedWaves(plan),
  };
}

/** What can be told from the tasks' texts, the surest first; and, apart, the tasks at the end that wait for all. */
const guesses = (tasks: readonly TaskFacts[], references: References): [Edge[], Edge[]] => [
  [
    ...mentionEdges(tasks, references),
    ...interfaceEdges(tasks),
    ...createdFileEdges(tasks),
    ...importEdges(tasks),
    ...symbolEdges(tasks),
    ...nameEdges(tasks),
    ...groundworkEdges(tasks),
    ...titleEdges(tasks),
    ...sharedFileEdges(tasks),
  ],
  gateEdges(tasks),
];

/** Edges that make no cycle and go against no wave. What comes first stays. */
class Acyclic {
  readonly edges: Edge[] = [];
  readonly needs: Set<number>[];
  private readonly wave = new Map<number, number>();
  private readonly known = new Set<string>();
  /** Edges that all lead on in plan order make no cycle. */
  private isForward = true;
  /** All that one task waits for in the end, kept while it is asked about again. */
  private reached: { readonly task: number; readonly all: Set<number> } | undefined;
  constructor(tasks: number, waves: readonly Wave[] | undefined) {
    this.needs = Array.from({ length: tasks }, () => new Set());
    for (const [at, { tasks: members }] of (waves ?? []).entries())
      for (const task of members) this.wave.set(task, at);
  }

  add(edge: Edge): void {
    const { from, to, kind } = edge;
    const key = `${from} ${to} ${kind}`;
    const isAgainst = (this.wave.get(from) ?? 0) > (this.wave.get(to) ?? 0);
    if (this.known.has(key) || isAgainst || from === to) return;
    if (!(this.isForward && from < to) && this.allBehind(from).has(to)) return;
    this.known.add(key);
    this.isForward &&= from < to;
    this.needs[to]?.add(from);
    this.edges.push(edge);
    if (this.reached?.task === to) this.reach(this.reached.all, from);
    else this.reached = undefined;
  }

  /** Adds it unless it follows from others. */
  addNew(edge: Edge): void {
    if (!this.allBehind(edge.to).has(edge.from)) this.add(edge);
  }

  private allBehind(task: number): ReadonlySet<number> {
    if (this.reached?.task !== task) this.reached = { task, all: this.reach(new Set(), task) };
    return this.reached.all;
  }

  /** Adds to a set a task and all that it waits for, where they are not in it. */
  private reach(all: Set<number>, task: number): Set<number> {
    const open = [task];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (all.has(one)) continue;
      all.add(one);
      for (const next of this.needs[one] ?? []) open.push(next);
    }
    return all;
  }
}
