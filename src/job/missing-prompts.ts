import type { Manifest, ManifestTask } from "../../schemas/manifest.ts";
import type { Plan } from "../../schemas/plan.ts";
import { planNamedIn } from "../manifest/plan-beside.ts";
import { error, type Place, type Problem, warning } from "../problem.ts";
import { recordOf } from "../sync/derived-record.ts";
import { hasOwnText, type PlanMatch } from "../sync/match-plan.ts";
import { listed } from "../text/list.ts";
import { nearest } from "../text/nearest.ts";
import { printable, quoted } from "../text/printable.ts";
import type { Path, YamlFile } from "../yaml/yaml-file.ts";

const lostHint =
  "name the plan with `--plan FILE` if it was moved, restore the section, or remove the task from the manifest";
const hint = "write a heading for it in the plan, or give it a `prompt`, a `prompt_file` or a `run`";

/**
 * Reports tasks whose prompt would be their title alone: no section in the plan, and no prompt of their own. It is an
 * error if the plan was their prompt before: they were derived from it, or it has no tasks any more.
 */
export function textProblems(
  manifest: Manifest,
  file: YamlFile,
  plan: Plan,
  { sections, problems }: PlanMatch,
  planBefore?: string,
): Problem[] {
  const record = recordOf(file.text);
  const isEmptied = planBefore !== undefined && plan.tasks.length === 0;
  const tasks = placed(manifest).map((one) => ({ ...one, section: sections.get(one.task.id) }));
  const used = new Set(tasks.map(({ section }) => section));
  const isReported = new Set(
    problems.flatMap(({ code, place }) => (code === "section-conflict" ? [place.line] : [])),
  );
  const free = plan.tasks.filter((task) => !used.has(task));
  // A few suggestions are enough if nothing matches.
  let suggestions = 50;
  return tasks.flatMap(({ task, section, path }): Problem[] => {
    const wasPlanned = isEmptied || record.has(task.id);
    const place = file.place(path);
    if (section || (wasPlanned ? hasOwnText(task) : hasText(task)) || isReported.has(place.line)) return [];
    if (wasPlanned) {
      const message = `task ${quoted(task.id)} has no section in the plan ${printable(plan.file)} any more, and no prompt`;
      return [error("section-not-found", message, place, { hint: lostHint })];
    }
    const titles = suggestions > 0 ? free.map(({ title }) => title) : [];
    suggestions -= 1;
    const near = nearest(named(task).title, titles);
    const meant = free.find(({ title }) => title === near);
    return [
      warning(
        "section-not-found",
        `task ${quoted(task.id)} has no section in the plan and no prompt: its agent gets only the title`,
        place,
        {
          hint: meant
            ? `give it the id of the plan's ${quoted(meant.id)} (${quoted(meant.title)}), if that is the one; otherwise ${hint}`
            : hint,
        },
      ),
    ];
  });
}

/**
 * Reports once all tasks whose prompt would be their title alone, if there is no plan. It is an error if they were derived
 * from one, or if one was there before at `planBefore`.
 */
export function textProblemsWithoutPlan(
  manifest: Manifest,
  file: YamlFile,
  planBefore: string | undefined,
): Problem[] {
  const record = recordOf(file.text);
  const lost = placed(manifest).filter(
    ({ task }) => !hasOwnText(task) && (planBefore !== undefined || record.has(task.id)),
  );
  if (lost[0]) return [lostPlan(lost, file.place(lost[0].path), planBefore ?? planNamedIn(file))];
  const without = placed(manifest).filter(({ task }) => !hasText(task));
  const [first] = without;
  if (!first) return [];
  const names = listed(
    without.map(({ task }) => quoted(task.id)),
    { most: 1 },
  );
  const message = `there is no plan and no prompt for task ${names}: the agent gets only a title`;
  return [
    warning("plan-not-found", message, file.place(first.path), {
      hint: "name the plan with `--plan`, or put it beside the manifest",
    }),
  ];
}

function lostPlan(tasks: readonly { task: ManifestTask }[], place: Place, expected: string): Problem {
  const [own, their] = tasks.length === 1 ? ["task", "its prompt"] : ["tasks", "their prompts"];
  const names = listed(tasks.map(({ task }) => quoted(task.id)));
  const message = `cannot find the plan ${printable(expected)}, from which ${own} ${names} took ${their}`;
  return error("plan-not-found", message, place, {
    hint: "restore it or, if it was moved, name it with `--plan FILE`",
  });
}

const placed = ({ stages }: Manifest): { task: ManifestTask; path: Path }[] =>
  stages.flatMap(({ tasks }, stage) =>
    tasks.map((task, at) => ({ task, path: ["stages", stage, "tasks", at, "id"] })),
  );

const named = ({ id, title = id }: ManifestTask) => ({ id, title });

const hasText = ({ run, prompt, prompt_file, prompt_hint }: ManifestTask): boolean =>
  [run, prompt, prompt_file, prompt_hint].some((text) => text !== undefined);
