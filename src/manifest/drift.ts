import { normalisePath } from "../../machines/locks.ts";
import type { Manifest, ManifestTask } from "../../schemas/manifest.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import { quoted } from "../printable.ts";
import type { Place, Problem } from "../problem.ts";
import type { YamlFile } from "../yaml-file.ts";

/** Where a plan and its manifest no longer say the same: tasks, titles, files. */
export function driftBetween(plan: Plan, manifest: Manifest, file: YamlFile): Problem[] {
  const planned = new Map(plan.tasks.map((task) => [task.id, task]));
  const known = new Set<string>();
  const here = manifest.stages.flatMap((stage, stageAt) =>
    stage.tasks.flatMap((task, taskAt) => {
      known.add(task.id);
      const place = file.place(["stages", stageAt, "tasks", taskAt, "id"]);
      const origin = planned.get(task.id);
      return origin ? changes(task, origin, place) : [gone(task, place)];
    }),
  );
  // One that waits for a person's word may be left out.
  const missing = plan.tasks
    .filter(({ id, asksFirst }) => !known.has(id) && asksFirst === undefined)
    .map((task) => lacking(task, plan.file));
  return [...missing, ...here];
}

const drift = (message: string, place: Place, hint: string): Problem => ({
  code: "plan-drift",
  severity: "error",
  message,
  place,
  hint,
});

const lacking = ({ id, title, line }: PlanTask, file: string): Problem =>
  drift(
    `the plan's task ${quoted(id)} (${title}) is not in the manifest`,
    { file, line, column: 1 },
    "add it with `interserve plan PLAN --update`",
  );

const gone = ({ id }: ManifestTask, place: Place): Problem =>
  drift(`task ${quoted(id)} is not in the plan`, place, "remove it, or write a heading for it in the plan");

function changes(task: ManifestTask, origin: PlanTask, place: Place): Problem[] {
  const found: Problem[] = [];
  if (task.title !== undefined && bare(task.title) !== bare(origin.title)) {
    found.push(
      drift(
        `task ${quoted(task.id)} is called ${quoted(task.title)}, and in the plan ${quoted(origin.title)}`,
        place,
        "give both the same title",
      ),
    );
  }
  const [mine, theirs] = [pathsOf(task.files), pathsOf(origin.files)];
  const [more, less] = [
    [...mine].filter((path) => !theirs.has(path)),
    [...theirs].filter((path) => !mine.has(path)),
  ];
  if (more.length + less.length > 0) {
    const parts = [
      ...(less.length > 0 ? [`lacks ${less.map(quoted).join(", ")} of the plan`] : []),
      ...(more.length > 0 ? [`has ${more.map(quoted).join(", ")}, which the plan does not name`] : []),
    ];
    found.push(
      drift(`"files" of task ${quoted(task.id)} ${parts.join(" and ")}`, place, "give both the same files"),
    );
  }
  return found;
}

const bare = (text: string): string => text.replace(/[`*]/g, "").replace(/\s+/g, " ").trim().toLowerCase();
const pathsOf = (files: readonly string[]): Set<string> => new Set(files.map(normalisePath));
