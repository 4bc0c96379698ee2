import type { Verify } from "../../schemas/manifest.ts";
import type { PlanTask } from "../../schemas/plan.ts";
import { error, type Place, type Problem } from "../problem.ts";
import { listed } from "../text/list.ts";
import { printable, quoted } from "../text/printable.ts";
import type { YamlFile } from "../yaml/yaml-file.ts";
import { type Drift, isForPerson, type Update } from "./drift.ts";

const applyHint = "apply it with `interserve plan PLAN --update`";

/** The problems that `--check` reports for drifts, and `--update` for those that it leaves. */
export function driftProblems(
  { drifts, renames }: Update,
  plan: { readonly file: string; readonly tasks: readonly Pick<PlanTask, "id" | "line">[] },
  file: YamlFile,
): Problem[] {
  const places = placesOf(file, renames);
  const lines = new Map(plan.tasks.map(({ id, line }) => [id, line]));
  const placeOf = (drift: Drift) =>
    drift.kind === "missing"
      ? { file: plan.file, line: lines.get(drift.id) ?? 1, column: 1 }
      : (places.get(drift.id) ?? file.place("key" in drift ? [drift.key] : []));
  return drifts.map((drift) =>
    error("plan-drift", messageOf(drift), placeOf(drift), { hint: hintOf(drift) }),
  );
}

function placesOf(file: YamlFile, renames: Update["renames"]): Map<string, Place> {
  const { stages } = file.value as { stages: { tasks: { id: string }[] }[] };
  return new Map(
    stages.flatMap(({ tasks }, stage) =>
      tasks.map(({ id }, task) => [
        renames.get(id) ?? id,
        file.place(["stages", stage, "tasks", task, "id"]),
      ]),
    ),
  );
}

function messageOf(drift: Drift): string {
  const task = `task ${quoted(drift.id)}`;
  switch (drift.kind) {
    case "missing":
      return `${task} (${drift.title}) of the plan is not in the manifest`;
    case "gone":
      return `${task} is not in the plan${drift.perhaps ? `; it may be ${quoted(drift.perhaps)} now` : ""}`;
    case "renumbered":
      return drift.gone
        ? `task ${quoted(drift.was)} is not in the plan, which gives its id to another task: rename it to ${quoted(drift.id)}`
        : `task ${quoted(drift.was)} has the id ${quoted(drift.id)} in the plan`;
    case "unordered":
      return `${task} depends on ${quoted(drift.on)} in the plan, but cannot in the manifest: ${drift.why}`;
    case "edited":
    case "changed":
      return differenceOf(drift);
    case "kept":
      return `${differenceOf(drift)} (both have changed)`;
  }
}

function differenceOf({
  id,
  key,
  from,
  to,
}: Drift & { readonly kind: "edited" | "changed" | "kept" }): string {
  const name = `"${key}"${id ? ` of task ${quoted(id)}` : ""}`;
  switch (key) {
    case "title":
      return `${name} is ${quoted(String(from))}, but ${quoted(String(to))} in the plan`;
    case "files":
    case "depends":
      return `${name} differs from the plan: ${listDifference(from as string[], to as string[])}`;
    case "verify":
      return `${name} differs from the plan: ${listDifference(commandsOf(from), commandsOf(to)) || "expects other results"}`;
    default:
      return `${name} is ${shown(from)}, but ${shown(to)} in the plan`;
  }
}

const listAll = (words: readonly string[]): string =>
  listed(words.map(quoted), { most: Number.POSITIVE_INFINITY });

const commandsOf = (value: unknown): string[] => (value as Verify[]).map(({ run }) => run);

function listDifference(mine: readonly string[], theirs: readonly string[]): string {
  const more = mine.filter((one) => !theirs.includes(one));
  const less = theirs.filter((one) => !mine.includes(one));
  return [
    ...(less.length > 0 ? [`lacks ${listAll(less)}`] : []),
    ...(more.length > 0 ? [`has ${listAll(more)}`] : []),
  ].join(", ");
}

function hintOf(drift: Drift): string {
  switch (drift.kind) {
    case "missing":
      return "add it with `interserve plan PLAN --update`";
    case "gone":
      return `${drift.perhaps ? `if so, move your edits to ${quoted(drift.perhaps)}; then ` : ""}remove it, or add a heading for it to the plan`;
    case "edited":
      return "it was edited in the manifest and is kept: change the plan to match, or take the plan's value with `--update --force`";
    case "unordered":
      return "move one of the two to another stage, or change a `depends`; `--update` applies the rest";
    case "kept":
      return "it was edited in the manifest: `--update` keeps the edit";
    default:
      return applyHint;
  }
}

/** The changes that an update made or left out, a line each. */
export const updateLines = ({ drifts }: Update): string[] =>
  drifts.filter((drift) => !isForPerson(drift)).map((drift) => printable(lineOf(drift)));

function lineOf(drift: Drift): string {
  switch (drift.kind) {
    case "missing":
      return `added ${drift.id}: ${drift.title}`;
    case "renumbered":
      return `renamed ${drift.was} to ${drift.id}${drift.gone ? ": it is not in the plan" : ""}`;
    case "changed":
      return `${drift.id ? `${drift.id} ` : ""}${drift.key}: ${shown(drift.from)} → ${shown(drift.to)}`;
    case "kept":
      return `${drift.id ? `${drift.id} ` : ""}${drift.key}: kept ${shown(drift.from)}, which you edited; the plan has ${shown(drift.to)}`;
    case "unordered":
      return `left out that ${drift.id} depends on ${drift.on}: ${drift.why}`;
    default:
      return messageOf(drift);
  }
}

const shown = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map((one) => (typeof one === "string" ? one : (one as Verify).run)).join(", ")}]`
    : String(value ?? "default");
