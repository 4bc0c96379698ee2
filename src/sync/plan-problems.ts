import * as v from "valibot";
import { modeConfigs } from "../../machines/modes/modes.ts";
import { runSpec } from "../../machines/schedule/run-spec.ts";
import { manifestSchema } from "../../schemas/manifest.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import type { Derivation } from "../derive/derive.ts";
import type { ApprovalTask, DerivedManifest } from "../derive/derived-manifest.ts";
import type { UnusedField } from "../derive/stated/stated-order.ts";
import { conflictsOf } from "../job/overview.ts";
import { type Place, type Problem, type ProblemCode, warning } from "../problem.ts";
import { listed } from "../text/list.ts";
import { quoted } from "../text/printable.ts";

/** What a person should look at in a derived manifest. */
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
    ...leftOut.map((task) => forPerson(task, plan)),
    ...approvalTasks.map((one) => staysAsking(one, plan)),
    ...derivation.unusedFields.flatMap((one) => unusedFields(one, plan)),
    ...refused(derivation.rejected, plan),
    ...unexplained(plan, derivation).filter(({ place }) => !leftOut.some(({ line }) => line === place?.line)),
    ...conflicts(plan, manifest),
  ];
}

const placeAt = (file: string, line = 1): Place => ({ file, line, column: 1 });

function forPerson({ id, title, asksFirst = "", line }: PlanTask, { file }: Plan): Problem {
  const message = `task ${quoted(id)} (${title}) is left out of the manifest, for it says ${quoted(asksFirst)}`;
  return warning("asks-first", message, placeAt(file, line), {
    hint: "do it yourself once the others are done, or add it to the manifest: its agent can ask you and park",
  });
}

function staysAsking({ task, neededBy }: ApprovalTask, { file }: Plan): Problem {
  const why = neededBy === undefined ? "there is no other task" : `task ${quoted(neededBy)} depends on it`;
  const message = `task ${quoted(task.id)} (${task.title}) says ${quoted(task.asksFirst ?? "")}, and stays in the manifest, since ${why}`;
  return warning("asks-first", message, placeAt(file, task.line), {
    hint: "its agent is to ask you before it begins, and parks; to do it yourself, remove it from the manifest",
  });
}

function unusedFields({ task: at, reason: why, values: what, line }: UnusedField, plan: Plan): Problem[] {
  const task = `task ${quoted(plan.tasks[at]?.id ?? "")}`;
  const problem = (code: ProblemCode, message: string): Problem =>
    warning(code, message, placeAt(plan.file, line), {
      hint: "write `**Depends on:** Task N`, with commas between several, or `**Depends on:** none`",
    });
  if (why === "self")
    return [problem("self-dependency", `${task} depends on itself: ${listed(what.map(quoted))}`)];
  if (why === "unread")
    return [
      problem(
        "unread-dependency",
        `what ${task} depends on names no task of the plan: ${listed(what.map(quoted))}`,
      ),
    ];
  const out = what.filter((name) => plan.leftOut?.includes(name));
  const unknown = what.filter((name) => !out.includes(name));
  return [
    [out, "which is left out, so that it does not wait for it"] as const,
    [unknown, "which no task of the plan is called"] as const,
  ].flatMap(([names, why]) =>
    names.length > 0
      ? [problem("unknown-dependency", `${task} depends on ${listed(names.map(quoted))}, ${why}`)]
      : [],
  );
}

/** More of them are counted. */
const mostRefused = 20;

function refused(all: Derivation["rejected"], { tasks, file }: Plan): Problem[] {
  const idOf = (at = -1) => quoted(tasks[at]?.id ?? "");
  const placeOf = (at = -1) => placeAt(file, tasks[at]?.line);
  return all.slice(0, mostRefused).map(({ edge: { from, to }, path }, index): Problem => {
    const more = index === mostRefused - 1 ? all.length - mostRefused : 0;
    const counted = more > 0 ? `; and so for ${more} more` : "";
    if (path.length === 0) {
      const message = `task ${idOf(to)} depends on ${idOf(from)}, which is in a later part of the plan${counted}`;
      return warning("claim-contradicted", message, placeOf(to), {
        hint: "the parts count, and that dependency is left out; move one of the two",
      });
    }
    const steps = path.slice(1);
    const message = `task ${idOf(to)} depends on ${idOf(from)}, which waits for it: ${[to, ...path].map(idOf).join(" → ")}${counted}`;
    return warning("dependency-cycle", message, placeOf(to), {
      hint: "that dependency is left out; remove one of them from the plan",
      related: steps.map((on, at) => ({
        message: `task ${idOf(path[at])} waits for ${idOf(on)}`,
        place: placeOf(path[at]),
      })),
    });
  });
}

const unexplained = (plan: Plan, { unexplained, edges }: Derivation): Problem[] =>
  unexplained.flatMap((at): Problem[] => {
    const task = plan.tasks[at];
    if (!task) return [];
    const first = edges.find(({ to, kind }) => to === at && kind === "first-task");
    const assumed = first
      ? `; it is put behind the first one, ${quoted(plan.tasks[first.from]?.id ?? "")}`
      : "";
    const message = `nothing in the plan tells what task ${quoted(task.id)} (${task.title}) waits for${assumed}`;
    const hint = "write `**Depends on:** Task N` or `**Depends on:** none` into it";
    return [warning("no-evidence", message, placeAt(plan.file, task.line), { hint })];
  });

/** Tasks that write one file, and of which neither waits for the other: a run keeps them apart, in no said order. */
function conflicts(plan: Plan, derived: DerivedManifest): Problem[] {
  // What cannot be a manifest is reported when it is written.
  const { success, output: manifest } = v.safeParse(manifestSchema, derived);
  if (!success) return [];
  const spec = runSpec(manifest, modeConfigs[manifest.mode]);
  const lines = new Map(plan.tasks.map(({ id, line }) => [id, line]));
  return conflictsOf(spec, spec.order).map(({ file, tasks }): Problem => {
    const ids = tasks.map((task) => spec.graph.tasks[task]?.id ?? "");
    const message = `${ids.map(quoted).join(" and ")} write ${quoted(file)}, and nothing tells which comes first`;
    return warning("file-conflict", message, placeAt(plan.file, lines.get(ids[0] ?? "")), {
      hint: "they never run at the same time; where the order matters, write `**Depends on:**` into the later one",
    });
  });
}
