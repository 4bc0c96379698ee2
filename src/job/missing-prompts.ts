import type { Manifest, ManifestTask } from "../../schemas/manifest.ts";
import type { Plan } from "../../schemas/plan.ts";
import { sectionFor } from "../plan/section-for.ts";
import type { Problem } from "../problem.ts";
import { listed } from "../text/list.ts";
import { nearest } from "../text/nearest.ts";
import { quoted } from "../text/printable.ts";
import type { Path, YamlFile } from "../yaml/yaml-file.ts";

const hint = "write a heading for it in the plan, or give it a `prompt`, a `prompt_file` or a `run`";

/** Warns of tasks whose prompt would be their title alone: no section in the plan, and no prompt of their own. */
export function textProblems(manifest: Manifest, file: YamlFile, plan: Plan): Problem[] {
  const tasks = placed(manifest).map((one) => ({ ...one, section: sectionFor(plan, named(one.task)) }));
  const used = new Set(tasks.map(({ section }) => section));
  const free = plan.tasks.filter((task) => !used.has(task));
  // A few suggestions are enough if nothing matches.
  let suggestions = 50;
  return tasks.flatMap(({ task, section, path }): Problem[] => {
    if (section || hasText(task)) return [];
    const titles = suggestions > 0 ? free.map(({ title }) => title) : [];
    suggestions -= 1;
    const near = nearest(named(task).title, titles);
    const meant = free.find(({ title }) => title === near);
    return [
      {
        code: "section-not-found",
        severity: "warning",
        message: `task ${quoted(task.id)} has no section in the plan and no prompt: its agent gets only the title`,
        place: file.place(path),
        hint: meant
          ? `give it the id of the plan's ${quoted(meant.id)} (${quoted(meant.title)}), if that is the one; otherwise ${hint}`
          : hint,
      },
    ];
  });
}

/** Warns once of all tasks whose prompt would be their title alone, if there is no plan. */
export function textProblemsWithoutPlan(manifest: Manifest, file: YamlFile): Problem[] {
  const without = placed(manifest).filter(({ task }) => !hasText(task));
  const [first] = without;
  if (!first) return [];
  const names = listed(
    without.map(({ task }) => quoted(task.id)),
    { most: 1 },
  );
  return [
    {
      code: "plan-not-found",
      severity: "warning",
      message: `there is no plan and no prompt for task ${names}: the agent gets only a title`,
      place: file.place(first.path),
      hint: "name the plan with `--plan`, or put it beside the manifest",
    },
  ];
}

const placed = ({ stages }: Manifest): { task: ManifestTask; path: Path }[] =>
  stages.flatMap(({ tasks }, stage) =>
    tasks.map((task, at) => ({ task, path: ["stages", stage, "tasks", at, "id"] })),
  );

const named = ({ id, title = id }: ManifestTask) => ({ id, title });

const hasText = ({ run, prompt, prompt_file, prompt_hint }: ManifestTask): boolean =>
  [run, prompt, prompt_file, prompt_hint].some((text) => text !== undefined);
