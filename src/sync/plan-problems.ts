import * as v from "valibot";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { conflictsOf } from "../../machines/schedule/conflicts.ts";
import { runSpec } from "../../machines/schedule/run-spec.ts";
import { manifestSchema } from "../../schemas/manifest.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import type { Derivation } from "../derive/derive.ts";
import type { ApprovalTask, DerivedManifest } from "../derive/derived-manifest.ts";
import type { UnusedField } from "../derive/stated/stated-order.ts";
import { type Place, type Problem, type ProblemCode, warning } from "../problem.ts";
import { listed } from "../text/list.ts";
import { quoted } from "../text/printable.ts";

/** Finds what a person should check in a derived manifest. */
export function planProblems(
  plan: Plan,
  derivation: Derivation,
  {
    manifest,
    leftOut,
    approvalTasks,
  }: {
    readonly manifest: DerivedManifest;
    readonly leftOut: readonly PlanTask[];
    readonly approvalTasks: readonly ApprovalTask[];
  },
): Problem[] {
  return [
    ...leftOut.map((task) => leftOutProblem(task, plan)),
    ...approvalTasks.map((one) => approvalProblem(one, plan)),
    ...derivation.unusedFields.flatMap((one) => unusedFieldProblems(one, plan)),
    ...rejectedProblems(derivation.rejected, plan),
    ...noEvidenceProblems(plan, derivation).filter(
      ({ place }) => !leftOut.some(({ line }) => line === place?.line),
    ),
    ...conflictProblems(plan, manifest),
  ];
}

const placeAt = (file: string, line = 1): Place => ({ file, line, column: 1 });

function leftOutProblem({ id, title, asksFirst = "", line }: PlanTask, { file }: Plan): Problem {
  const message = `task ${quoted(id)} (${title}) is left out of the manifest because it says ${quoted(asksFirst)}`;
  return warning("asks-first", message, placeAt(file, line), {
    hint: "do it yourself after the others, or add it to the manifest: its agent can ask you, which parks the task",
  });
}

function approvalProblem({ task, neededBy }: ApprovalTask, { file }: Plan): Problem {
  const why = neededBy === undefined ? "there is no other task" : `task ${quoted(neededBy)} depends on it`;
  const message = `task ${quoted(task.id)} (${task.title}) says ${quoted(task.asksFirst ?? "")} but stays in the manifest, because ${why}`;
  return warning("asks-first", message, placeAt(file, task.line), {
    hint: "its agent is told to ask you before it starts, which parks the task; to do it yourself, remove it from the manifest",
  });
}

function unusedFieldProblems(
  { task: at, reason: why, values: what, line }: UnusedField,
  plan: Plan,
): Problem[] {
  const task = `task ${quoted(plan.tasks[at]?.id ?? "")}`;
  const problem = (code: ProblemCode, message: string): Problem =>
    warning(code, message, placeAt(plan.file, line), {
      hint: "write `**Depends on:** Task N`, with commas between several, or `**Depends on:** none`",
    });
  const found = listed(what.map(quoted));
  if (why === "self") return [problem("self-dependency", `${task} depends on itself in ${found}`)];
  if (why === "unread") {
    const message = `expected tasks of the plan as dependencies of ${task}, found ${found}`;
    return [problem("unread-dependency", message)];
  }
  const isLeftOut = (name: string) => plan.leftOut?.includes(name) ?? false;
  const out = what.filter(isLeftOut);
  const unknown = what.filter((name) => !isLeftOut(name));
  return [
    ...(out.length > 0 ? [`${task} does not wait for ${tasksText(out)} (left out of the manifest)`] : []),
    ...(unknown.length > 0 ? [`${task} depends on unknown ${tasksText(unknown)}`] : []),
  ].map((message) => problem("unknown-dependency", message));
}

const tasksText = (names: readonly string[]): string =>
  `task${names.length === 1 ? "" : "s"} ${listed(names.map(quoted))}`;

/** The number of problems shown; the last one counts the rest. */
const maxRejected = 20;

function rejectedProblems(all: Derivation["rejected"], { tasks, file }: Plan): Problem[] {
  const idOf = (at = -1) => quoted(tasks[at]?.id ?? "");
  const placeOf = (at = -1) => placeAt(file, tasks[at]?.line);
  return all.slice(0, maxRejected).map(({ edge: { from, to }, path }, index): Problem => {
    const more = index === maxRejected - 1 ? all.length - maxRejected : 0;
    const counted = more > 0 ? `; the same goes for ${more} more` : "";
    if (path.length === 0) {
      const message = `task ${idOf(to)} depends on ${idOf(from)}, which is in a later part of the plan${counted}`;
      return warning("claim-contradicted", message, placeOf(to), {
        hint: "the order of the parts wins, and this dependency is left out; move one of the two tasks",
      });
    }
    const steps = path.slice(1);
    const message = `task ${idOf(to)} depends on ${idOf(from)}, which depends on it: ${[to, ...path].map(idOf).join(" → ")}${counted}`;
    return warning("dependency-cycle", message, placeOf(to), {
      hint: "this dependency is left out; remove one of them from the plan",
      related: steps.map((on, at) => ({
        message: `task ${idOf(path[at])} depends on ${idOf(on)}`,
        place: placeOf(path[at]),
      })),
    });
  });
}

const noEvidenceProblems = (plan: Plan, { unexplained, edges }: Derivation): Problem[] =>
  unexplained.flatMap((at): Problem[] => {
    const task = plan.tasks[at];
    if (!task) return [];
    const first = edges.find(({ to, kind }) => to === at && kind === "first-task");
    const assumed = first ? `; placed after the first task, ${quoted(plan.tasks[first.from]?.id ?? "")}` : "";
    const message = `the plan does not say what task ${quoted(task.id)} (${task.title}) depends on${assumed}`;
    const hint = "add `**Depends on:** Task N` or `**Depends on:** none` to it";
    return [warning("no-evidence", message, placeAt(plan.file, task.line), { hint })];
  });

/** Finds tasks that write the same file without an order between them: a run takes them one by one, in any order. */
function conflictProblems(plan: Plan, derived: DerivedManifest): Problem[] {
  // An invalid manifest is reported when it is written.
  const { success, output: manifest } = v.safeParse(manifestSchema, derived);
  if (!success) return [];
  const spec = runSpec(manifest, modeConfigs[manifest.mode]);
  const lines = new Map(plan.tasks.map(({ id, line }) => [id, line]));
  return conflictsOf(spec, spec.order).map(({ file, tasks }): Problem => {
    const ids = tasks.map((task) => spec.graph.tasks[task]?.id ?? "");
    const message = `${listed(ids.map(quoted))} write ${quoted(file)}, but the plan does not say in which order`;
    return warning("file-conflict", message, placeAt(plan.file, lines.get(ids[0] ?? "")), {
      hint: "they never run at the same time; if their order matters, add `**Depends on:**` to the later one",
    });
  });
}
