import type { Manifest, ManifestTask } from "../../schemas/manifest.ts";
import type { Plan, PlanTask } from "../../schemas/plan.ts";
import { error, type Place, type Problem, warning } from "../problem.ts";
import { listed } from "../text/list.ts";
import { oneLine } from "../text/one-line.ts";
import { printable, quoted } from "../text/printable.ts";
import { titleKey } from "../text/title-key.ts";
import type { YamlFile } from "../yaml/yaml-file.ts";
import { type DerivedRecord, digestOf, recordOf } from "./derived-record.ts";
import { findRemoved } from "./removed.ts";
import { matchTasks } from "./renumbered.ts";

/** A manifest's tasks and those of its plan, paired as `--update` pairs them. */
export interface PlanMatch {
  /** The plan's task for each of the manifest's, by the latter's id. */
  readonly sections: ReadonlyMap<string, PlanTask>;
  /** Tasks whose section is uncertain (errors), and those of the plan that the manifest lacks (a warning). */
  readonly problems: readonly Problem[];
}

/** Whether a task says itself what to do, so that it needs no section of a plan. */
export const hasOwnText = ({ run, prompt, prompt_file }: ManifestTask): boolean =>
  [run, prompt, prompt_file].some((text) => text !== undefined);

/**
 * Finds the section of each task of a manifest: that of its id, unless the titles say that it is another task's. Finds,
 * too, which of the plan's tasks the manifest neither has nor leaves out.
 */
export async function matchPlan(manifest: Manifest, file: YamlFile, plan: Plan): Promise<PlanMatch> {
  const tasks = manifest.stages.flatMap((stage) => stage.tasks);
  const planned = [...plan.tasks, ...(plan.done ?? [])];
  const byId = new Map(planned.toReversed().map((task) => [task.id, task]));
  const ids = new Set(tasks.map(({ id }) => id));
  const isInStep =
    tasks.every((task) => byId.has(task.id) && isTitled(task, byId.get(task.id))) &&
    plan.tasks.every(({ id }) => ids.has(id));
  if (isInStep) return { sections: byId, problems: [] };

  const record = recordOf(file.text);
  const named = tasks.map((task) => ({ ...task, id: planId(task.id, byId) }));
  const { pairs, renames } = matchTasks(named, planned, record);
  const byTitle = groupByTitle(planned);
  const sections = new Map<string, PlanTask>();
  const conflicts: Problem[] = [];
  for (const { stage, at, task } of placed(manifest)) {
    const id = planId(task.id, byId);
    const titled = byTitle.get(titleKey(task.title)) ?? [];
    const paired = byId.get(pairs.get(id) ?? "");
    const isCertain = paired && (paired.id !== id || isSameTask(task, paired, record));
    const section = isCertain ? paired : task.title === undefined ? byId.get(id) : onlyOne(titled);
    const other = byId.get(id) ?? titled[0];
    if (section) sections.set(task.id, section);
    else if (other && !hasOwnText(task))
      conflicts.push(conflict(task, other, titled.length, file.place(["stages", stage, "tasks", at, "id"])));
  }
  const removed = findRemoved(named, plan.tasks, record, (id) => renames.get(id) ?? id);
  const used = new Set([...pairs.values(), ...[...sections.values()].map(({ id }) => id)]);
  const isUsed = (id: string) => used.has(id) || removed.has(id);
  const leftOut = leftOutIn(file.text, plan.tasks);
  const isPart = partsOf(named.flatMap(({ id }) => (byId.has(id) ? [] : [id])));
  const open = plan.tasks.filter(({ id }) => !isUsed(id) && !leftOut.has(id) && !isPart(id));
  const isOfPlan = record.size > 0 || used.size > 0 || !tasks.every(hasOwnText);
  const missing = isOfPlan ? await withoutAsking(open, plan) : [];
  return { sections, problems: [...conflicts, ...missingProblems(missing, plan)] };
}

/** A manifest's id as the plan writes it, which ignores case. */
const planId = (id: string, byId: ReadonlyMap<string, PlanTask>): string =>
  byId.has(id) || !byId.has(id.toLowerCase()) ? id : id.toLowerCase();

const placed = ({ stages }: Manifest) =>
  stages.flatMap(({ tasks }, stage) => tasks.map((task, at) => ({ stage, at, task })));

const isTitled = ({ title }: ManifestTask, task: PlanTask | undefined): boolean =>
  title === undefined || titleKey(title) === titleKey(task?.title);

const onlyOne = <T>(all: readonly T[]): T | undefined => (all.length === 1 ? all[0] : undefined);

function groupByTitle(tasks: readonly PlanTask[]): ReadonlyMap<string, readonly PlanTask[]> {
  const found = new Map<string, PlanTask[]>();
  for (const task of tasks) {
    const key = titleKey(task.title);
    found.set(key, [...(found.get(key) ?? []), task]);
  }
  return found;
}

/** Whether two tasks of one id, whose titles differ, are the same: one title was reworded, or the files are the same. */
function isSameTask(task: ManifestTask, planned: PlanTask, record: DerivedRecord): boolean {
  if (isTitled(task, planned) || record.get(task.id)?.title === digestOf("title", planned.title)) return true;
  const words = wordsIn(planned.title);
  return (
    [...wordsIn(task.title ?? "")].some((word) => words.has(word)) ||
    task.files.some((file) => planned.files.includes(file))
  );
}

/** Words that titles of different tasks share. */
const commonWord =
  /^(?:the|and|for|with|from|into|add|create|write|update|implement|build|make|set|setup|new|task|tests?|use|fix|define|support|all|its|via|per)$/;

/** The words of a title that tell it from others, cut so that `migrate` equals `migration`. Any script. */
const wordsIn = (title: string): Set<string> =>
  new Set(
    (title.toLowerCase().match(/[\p{L}\p{N}]{3,}|[\p{Lo}]/gu) ?? [])
      .filter((word) => !commonWord.test(word))
      .map((word) => word.replace(/s$/, "").slice(0, 5)),
  );

const conflict = (task: ManifestTask, other: PlanTask, titled: number, place: Place): Problem => {
  const title = quoted(task.title ?? "");
  const count =
    titled === 0 ? `no task there has the title ${title}` : `${titled} tasks there have the title ${title}`;
  const message = `task ${quoted(task.id)} has the title ${title}, but in the plan ${quoted(other.id)} has the title ${quoted(other.title)}, and ${count}`;
  return error("section-conflict", message, place, {
    hint: "update the manifest with `interserve plan PLAN --update`, or correct the id or the title",
  });
};

/**
 * The ids of the plan's tasks that comments of a manifest leave out: `# Left out: task-3, task-4`, or, as `interserve
 * plan` writes it, with the title: `# Left out: task-3 (Deploy)`.
 */
export function leftOutIn(
  text: string,
  tasks: readonly Pick<PlanTask, "id" | "title">[],
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, ids = "", title] of text.matchAll(
    /^[ \t]*#[ \t]*Left out:[ \t]*([^\s,(]+(?:,[ \t]*[^\s,(]+)*)(?:[ \t]*\((.*?)\)(?=:|[ \t]*\r?$))?/gim,
  )) {
    const named = title === undefined ? [] : tasks.filter((task) => titleKey(task.title) === titleKey(title));
    const all = named.length > 0 ? named.map(({ id }) => id) : ids.split(/,[ \t]*/);
    for (const id of all) found.add(id.replace(/[.:;]$/, "").toLowerCase());
  }
  return found;
}

/** Returns whether a task of the plan is in the manifest in parts (`task-3a` and `task-3-api` for `task-3`) or as a whole. */
function partsOf(ids: readonly string[]): (id: string) => boolean {
  const wholes = new Set(ids.flatMap(prefixesOf));
  const own = new Set(ids);
  return (id) => wholes.has(id) || prefixesOf(id).some((whole) => own.has(whole));
}

const prefixesOf = (id: string): string[] =>
  [...id.matchAll(/(?<=\d)[.a-z-]/g)].map(({ index }) => id.slice(0, index));

/** Leaves out the tasks that a person is to agree to first, which a derived manifest does not have. */
async function withoutAsking(tasks: readonly PlanTask[], plan: Plan): Promise<readonly PlanTask[]> {
  if (tasks.every(({ asksFirst }) => asksFirst === undefined)) return tasks;
  const { derive } = await import("../derive/derive.ts");
  const { buildManifest } = await import("../derive/derived-manifest.ts");
  const leftOut = new Set(buildManifest(plan, derive(plan)).leftOut);
  return tasks.filter((task) => !leftOut.has(task));
}

function missingProblems(missing: readonly PlanTask[], { file }: Plan): Problem[] {
  const [first] = missing;
  if (!first) return [];
  const names = listed(
    missing.map(({ id, title }) => `${quoted(id)} (${oneLine(title, 80)})`),
    { most: 10 },
  );
  const message = `${missing.length === 1 ? "a task of the plan is" : `${missing.length} tasks of the plan are`} neither in the manifest nor left out by it: ${names}`;
  return [
    warning(
      "plan-drift",
      message,
      { file, line: first.line, column: 1 },
      {
        hint: `add it with \`interserve plan PLAN --update\`, leave it out for good with the comment \`# Left out: ${printable(first.id)}\` in the manifest, or run the rest with \`--allow-drift\``,
      },
    ),
  ];
}
