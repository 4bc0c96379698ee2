import { modeConfigs } from "../../machines/modes/modes.ts";
import { runSpec } from "../../machines/schedule/schedule.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import type { Derivation } from "../derive/derive.ts";
import type { AskingTask, DerivedManifest } from "../derive/derived-manifest.ts";
import type { UnusedField } from "../derive/stated/fields.ts";
import { conflictsOf } from "../job/overview.ts";
import { manifestIn } from "../manifest/load.ts";
import type { Problem, ProblemCode } from "../problem.ts";
import { few, quoted } from "../text/printable.ts";
import { parseYaml } from "../yaml/yaml-file.ts";
import { manifestText } from "./write.ts";

/** What a person should look at in a derived manifest. */
export async function planProblems(
  plan: Plan,
  derivation: Derivation,
  {
    manifest,
    leftOut,
    asking,
  }: {
    readonly manifest: DerivedManifest;
    readonly leftOut: readonly PlanTask[];
    readonly asking: readonly AskingTask[];
  },
): Promise<Problem[]> {
  return [
    ...leftOut.map((task) => forPerson(task, plan)),
    ...asking.map((one) => staysAsking(one, plan)),
    ...derivation.unused.flatMap((one) => unusedFields(one, plan)),
    ...refused(derivation.refused, plan),
    ...unexplained(plan, derivation).filter(({ place }) => !leftOut.some(({ line }) => line === place?.line)),
    ...(await conflicts(plan, manifest)),
  ];
}

const forPerson = ({ id, title, asksFirst = "", line }: PlanTask, { file }: Plan): Problem => ({
  code: "asks-first",
  severity: "warning",
  message: `task ${quoted(id)} (${title}) is left out of the manifest, for it says ${quoted(asksFirst)}`,
  place: { file, line, column: 1 },
  hint: "do it yourself once the others are done, or add it to the manifest: its agent can ask you and park",
});

const staysAsking = ({ task, neededBy }: AskingTask, { file }: Plan): Problem => ({
  code: "asks-first",
  severity: "warning",
  message: `task ${quoted(task.id)} (${task.title}) says ${quoted(task.asksFirst ?? "")}, and stays in the manifest, since ${neededBy === undefined ? "there is no other task" : `task ${quoted(neededBy)} depends on it`}`,
  place: { file, line: task.line, column: 1 },
  hint: "its agent is to ask you before it begins, and parks; to do it yourself, remove it from the manifest",
});

function unusedFields({ task: at, why, what, line }: UnusedField, plan: Plan): Problem[] {
  const task = `task ${quoted(plan.tasks[at]?.id ?? "")}`;
  const problem = (code: ProblemCode, message: string): Problem => ({
    code,
    severity: "warning",
    message,
    place: { file: plan.file, line, column: 1 },
    hint: "write `**Depends on:** Task N`, with commas between several, or `**Depends on:** none`",
  });
  if (why === "self") return [problem("self-dependency", `${task} depends on itself: ${few(what)}`)];
  if (why === "unread")
    return [problem("unread-dependency", `what ${task} depends on names no task of the plan: ${few(what)}`)];
  const out = what.filter((name) => plan.leftOut?.includes(name));
  const unknown = what.filter((name) => !out.includes(name));
  return [
    [out, "which is left out, so that it does not wait for it"] as const,
    [unknown, "which no task of the plan is called"] as const,
  ].flatMap(([names, why]) =>
    names.length > 0 ? [problem("unknown-dependency", `${task} depends on ${few(names)}, ${why}`)] : [],
  );
}

/** More of them are counted. */
const mostRefused = 20;

function refused(all: Derivation["refused"], { tasks, file }: Plan): Problem[] {
  const idOf = (at = -1) => quoted(tasks[at]?.id ?? "");
  const placeOf = (at = -1) => ({ file, line: tasks[at]?.line ?? 1, column: 1 });
  return all.slice(0, mostRefused).map(({ edge: { from, to }, path }, index): Problem => {
    const more = index === mostRefused - 1 ? all.length - mostRefused : 0;
    const counted = more > 0 ? `; and so for ${more} more` : "";
    if (path.length === 0) {
      return {
        code: "claim-contradicted",
        severity: "warning",
        message: `task ${idOf(to)} depends on ${idOf(from)}, which is in a later part of the plan${counted}`,
        place: placeOf(to),
        hint: "the parts count, and that dependency is left out; move one of the two",
      };
    }
    const steps = path.slice(1);
    return {
      code: "dependency-cycle",
      severity: "warning",
      message: `task ${idOf(to)} depends on ${idOf(from)}, which waits for it: ${[to, ...path].map(idOf).join(" → ")}${counted}`,
      place: placeOf(to),
      hint: "that dependency is left out; remove one of them from the plan",
      related: steps.map((on, at) => ({
        message: `task ${idOf(path[at])} waits for ${idOf(on)}`,
        place: placeOf(path[at]),
      })),
    };
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
    return [
      {
        code: "no-evidence",
        severity: "warning",
        message: `nothing in the plan tells what task ${quoted(task.id)} (${task.title}) waits for${assumed}`,
        place: { file: plan.file, line: task.line, column: 1 },
        hint: "write `**Depends on:** Task N` or `**Depends on:** none` into it",
      },
    ];
  });

/** Tasks that write one file, and of which neither waits for the other: a run keeps them apart, in no said order. */
async function conflicts(plan: Plan, derived: DerivedManifest): Promise<Problem[]> {
  const text = manifestText(derived, "", () => []);
  const { manifest } = await manifestIn(parseYaml(plan.file, text));
  if (!manifest) return [];
  const spec = runSpec(manifest, modeConfigs[manifest.mode]);
  const lines = new Map(plan.tasks.map(({ id, line }) => [id, line]));
  return conflictsOf(spec, spec.order).map(({ file, tasks }): Problem => {
    const ids = tasks.map((task) => spec.graph.tasks[task]?.id ?? "");
    return {
      code: "file-conflict",
      severity: "warning",
      message: `${ids.map(quoted).join(" and ")} write ${quoted(file)}, and nothing tells which comes first`,
      place: { file: plan.file, line: lines.get(ids[0] ?? "") ?? 1, column: 1 },
      hint: "they never run at the same time; where the order matters, write `**Depends on:**` into the later one",
    };
  });
}
