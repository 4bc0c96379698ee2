import { modeConfigs } from "../../machines/modes/modes.ts";
import { runSpec } from "../../machines/schedule.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import type { Derivation } from "../derive/derive.ts";
import type { AskingTask, DerivedManifest } from "../derive/derived-manifest.ts";
import { manifestIn } from "../manifest/load.ts";
import { manifestText } from "../manifest/write.ts";
import { conflictsOf } from "../overview.ts";
import type { Problem } from "../problem.ts";
import { quoted } from "../text/printable.ts";
import { parseYaml } from "../yaml/yaml-file.ts";

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

const unexplained = (plan: Plan, { unexplained }: Derivation): Problem[] =>
  unexplained.flatMap((at): Problem[] => {
    const task = plan.tasks[at];
    if (!task) return [];
    return [
      {
        code: "no-evidence",
        severity: "warning",
        message: `nothing in the plan tells what task ${quoted(task.id)} (${task.title}) waits for`,
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
