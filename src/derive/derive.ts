import type { Plan } from "../../schemas/plan.ts";
import { Acyclic, type Refused } from "./acyclic-edges.ts";
import type { Edge } from "./edge.ts";
import { gateEdges } from "./inferred/closing-tasks.ts";
import { createdFileEdges } from "./inferred/created-files.ts";
import { nameEdges } from "./inferred/identifiers.ts";
import { importEdges } from "./inferred/imports.ts";
import { interfaceEdges } from "./inferred/interfaces.ts";
import { mentionEdges } from "./inferred/mentions.ts";
import { firstTaskEdges, groundworkEdges } from "./inferred/scaffolding.ts";
import { sharedFileEdges } from "./inferred/shared-files.ts";
import { symbolEdges } from "./inferred/symbol-uses.ts";
import { factsOf, type TaskFacts } from "./inferred/task-evidence.ts";
import { titleEdges } from "./inferred/title-words.ts";
import { greedyWaves, levelsOf, named } from "./stages.ts";
import { drawnEdges, isDrawing } from "./stated/ascii-graphs.ts";
import { fieldEdges, type UnusedField } from "./stated/fields.ts";
import { isMermaid, mermaidEdges } from "./stated/mermaid.ts";
import { type References, referencesTo } from "./stated/references.ts";
import { besideFirst, statementsIn } from "./stated/statements.ts";
import { tableStatements } from "./stated/tables.ts";
import { areWhole, headedWaves, type Wave, wavesIn } from "./stated/waves.ts";

/** What a plan's tasks wait for, and why. Tasks by number in plan order. */
export interface Derivation {
  readonly stages: readonly Wave[];
  /** One edge or more for each dependency; no cycle, and none against the order of the stages. */
  readonly edges: readonly Edge[];
  /** Tasks of which the plan tells nothing at all: worth a person's look. */
  readonly unexplained: readonly number[];
  /** What the plan says of its order, and cannot be followed. */
  readonly unused: readonly UnusedField[];
  readonly refused: readonly Refused[];
}

/** Derives the order of a plan's tasks from evidence in it: what the plan says first, then what can be told from it. */
export function derive(plan: Plan): Derivation {
  const tasks = factsOf(plan);
  const references = referencesTo(plan.tasks.map(({ number }) => number));
  const { stated, settled, drawn, placed, waves, unused } = whatIsSaid(plan, tasks, references);
  const order = new Acyclic(tasks.length, waves);
  const refused = stated.flatMap((edge) => order.add(edge) ?? []);
  const [told, gates] = guesses(tasks, references).map((edges) =>
    edges.filter(({ from, to }) => from < to && !settled.has(to)),
  );
  for (const edge of told ?? []) order.add(edge);
  // A scaffold alone tells little: every task of a new directory has it.
  const isTold = new Set(order.edges.flatMap(({ to, kind }) => (kind === "scaffold" ? [] : [to])));
  const isWithout = (task: number) =>
    ![settled, isTold, placed].some((told: ReadonlySet<number>) => told.has(task));
  const isGate = new Set((gates ?? []).map(({ to }) => to));
  const unexplained = tasks
    .slice(1)
    .flatMap(({ at }) => (isWithout(at) && !isGate.has(at) && !waves ? [at] : []));
  // Stages keep the tasks of later ones behind the first task.
  const mayStandBefore = new Set(waves?.find(({ tasks }) => tasks.includes(0))?.tasks ?? references.all);
  const isGuessed = (task: number) => isWithout(task) && !isGate.has(task) && mayStandBefore.has(task);
  for (const edge of firstTaskEdges(tasks, isGuessed)) order.addNew(edge);
  for (const edge of gates ?? []) order.addNew(edge);
  const isStated = tasks.every(({ at }) => settled.has(at) || drawn.has(at));
  const stages = waves ?? named(isStated ? levelsOf(order.needs) : greedyWaves(order.needs), plan);
  return { stages, edges: order.edges, unexplained, unused, refused };
}

/** What the plan says itself. For the tasks in `settled` it says all, and nothing is guessed. */
function whatIsSaid(plan: Plan, tasks: readonly TaskFacts[], references: References) {
  const fields = fieldEdges(tasks, references);
  const [mermaid, code] = [plan.code.filter(isMermaid), plan.code.filter((code) => !isMermaid(code))];
  const graphs = mermaid.map((code) => mermaidEdges(code, references));
  const drawings = [
    ...graphs,
    ...code.filter((code) => isDrawing(code, references)).map((code) => drawnEdges(code, references)),
  ];
  const lines = drawings.flatMap(({ edges }) => edges);
  const text = [plan.prose, ...code.map(({ text }) => text)].join("\n");
  const statements = statementsIn(text, references);
  const tables = tableStatements(plan.prose, references);
  const waves = wavesIn(plan.prose, references);
  return {
    stated: [...fields.edges, ...lines, ...statements.edges, ...tables.edges],
    settled: new Set([
      ...fields.said,
      ...statements.free,
      ...lines.map(({ to }) => to),
      ...tables.free,
      ...tables.edges.map(({ to }) => to),
    ]),
    unused: fields.unused,
    drawn: new Set(drawings.flatMap(({ drawn }) => [...drawn])),
    placed: new Set([
      ...statements.placed,
      ...besideFirst(waves.map(({ tasks }) => tasks)),
      ...graphs.flatMap(({ drawn }) => [...drawn]),
      ...joinedToFirst(lines),
    ]),
    waves: areWhole(waves, tasks.length) ? waves : headedWaves(plan),
  };
}

/** Tasks that lines of a drawing join to the first one. A part of its own may only be one that could not be read. */
function joinedToFirst(lines: readonly Edge[]): Set<number> {
  const joined = new Set([0]);
  for (const one of joined)
    for (const { from, to } of lines) if (from === one || to === one) joined.add(from).add(to);
  return joined;
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
