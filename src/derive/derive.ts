import type { Plan } from "../../schemas/plan.ts";
import { AcyclicEdges, type RejectedEdge } from "./acyclic-edges.ts";
import type { Dependency } from "./dependency.ts";
import { readTaskEvidence } from "./inferred/task-evidence.ts";
import { type Edge, fallbackRules, type Inference, inferenceRules, type Kind, statedRules } from "./rules.ts";
import { nameStages, type Stage, stagesByLevel, stagesInPlanOrder } from "./stages.ts";
import { createReferences } from "./stated/references.ts";
import { mergeStated, type UnusedField } from "./stated/stated-order.ts";
import { readWaves } from "./stated/waves.ts";

/** The order of a plan's tasks and the evidence for it. Tasks are numbered from 0 in plan order. */
export interface Derivation {
  readonly stages: readonly Stage[];
  /** One or more edges for each dependency. They make no cycle and never lead back to an earlier stage. */
  readonly edges: readonly Edge[];
  /** Tasks without any evidence, which a person should look at. */
  readonly unexplained: readonly number[];
  readonly unusedFields: readonly UnusedField[];
  /** Stated dependencies that are left out. */
  readonly rejected: readonly RejectedEdge[];
}

/** Derives the order of a plan's tasks from what the plan states, and for the rest from its tasks' texts. */
export function derive(plan: Plan): Derivation {
  const evidence = collectEvidence(plan);
  const graph = new AcyclicEdges(plan.tasks.length, evidence.stages);
  const rejected = graph.addAll(evidence.stated);
  graph.addAll(evidence.inferred);
  const unexplained = unexplainedTasks(plan, graph, evidence);
  // Tasks of later stages follow the first task without an edge.
  const firstStage = evidence.stages?.find(({ tasks }) => tasks.includes(0));
  graph.addMissing(
    evidence.firstTask.filter(({ to }) => unexplained.has(to) && (firstStage?.tasks.includes(to) ?? true)),
  );
  graph.addMissing(evidence.closing);
  return {
    stages: evidence.stages ?? inferStages(plan, graph, evidence),
    edges: graph.edges,
    unexplained: evidence.stages ? [] : [...unexplained],
    unusedFields: evidence.unusedFields,
    rejected,
  };
}

type Evidence = ReturnType<typeof collectEvidence>;

/** Collects what a plan states and, for tasks about which it does not state everything, what their texts imply. */
function collectEvidence(plan: Plan) {
  const references = createReferences(plan.tasks.map(({ number }) => number));
  const tasks = readTaskEvidence(plan.tasks);
  const stated = statedRules.map(({ kind, read }) => ({ kind, ...read(plan, references) }));
  const waves = readWaves(plan, references);
  const { settled, placed, drawn, unusedFields } = mergeStated([...stated, waves]);
  const infer = ({ kind, find }: { readonly kind: Kind; readonly find: Inference }): Edge[] =>
    withKind(kind, find(tasks, references)).filter(({ from, to }) => from < to && !settled.has(to));
  return {
    stages: waves.stages,
    stated: stated.flatMap(({ kind, dependencies = [] }) => withKind(kind, dependencies)),
    inferred: inferenceRules.flatMap(infer),
    firstTask: infer(fallbackRules.firstTask),
    closing: infer(fallbackRules.closing),
    settled,
    placed,
    drawn,
    unusedFields,
  };
}

const withKind = (kind: Kind, dependencies: readonly Dependency[]): Edge[] =>
  dependencies.map((dependency) => ({ ...dependency, kind }));

/** The tasks after the first for which there is no evidence. */
function unexplainedTasks(plan: Plan, { edges }: AcyclicEdges, evidence: Evidence): Set<number> {
  // Scaffolding alone explains little: every task in a new directory follows it.
  const explained = edges.filter(({ kind }) => kind !== "scaffold");
  const others = [...explained, ...evidence.closing].map(({ to }) => to);
  const known = new Set([0, ...others, ...evidence.settled, ...evidence.placed]);
  return new Set([...plan.tasks.keys()].filter((task) => !known.has(task)));
}

function inferStages(plan: Plan, { needs, dependents }: AcyclicEdges, { settled, drawn }: Evidence): Stage[] {
  const isStated = [...plan.tasks.keys()].every((task) => settled.has(task) || drawn.has(task));
  return nameStages(isStated ? stagesByLevel(needs, dependents) : stagesInPlanOrder(needs), plan);
}
