import type { Verify } from "../../schemas/manifest.ts";
import type { PlanTask } from "../../schemas/plan.ts";
import { error, type Place, type Problem } from "../problem.ts";
import { printable, quoted } from "../text/printable.ts";
import type { YamlFile } from "../yaml/yaml-file.ts";
import { type Drift, isForPerson, type Update } from "./drift.ts";

const byUpdate = "`interserve plan PLAN --update` settles it";

/** What `--check` says of each drift, and `--update` of what it leaves: where it is, and what to do. */
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
      return `the plan's ${task} (${drift.title}) is not in the manifest`;
    case "gone":
      return `${task} is not in the plan${drift.perhaps ? `; perhaps it is ${quoted(drift.perhaps)} now` : ""}`;
    case "renumbered":
      return drift.gone
        ? `task ${quoted(drift.was)} is not in the plan, where another has its id: it is to be ${quoted(drift.id)}`
        : `task ${quoted(drift.was)} is ${quoted(drift.id)} in the plan`;
    case "unordered":
      return `${task} waits for ${quoted(drift.on)} in the plan, but not in the manifest: ${drift.why}`;
    case "edited":
    case "changed":
      return differenceOf(drift);
    case "kept":
      return `${differenceOf(drift)}, where it was changed too`;
  }
}

function differenceOf({
  id,
  key,
  from,
  to,
}: Drift & { readonly kind: "edited" | "changed" | "kept" }): string {
  const task = `task ${quoted(id)}`;
  if (key === "title")
    return `${task} is called ${quoted(String(from))}, and in the plan ${quoted(String(to))}`;
  if (key === "files") return `"files" of ${task} ${listDifference(from as string[], to as string[])}`;
  if (key === "depends") return `"depends" of ${task} ${listDifference(from as string[], to as string[])}`;
  if (key === "verify") {
    return `"verify" of ${task} ${listDifference(commandsOf(from), commandsOf(to)) || "expects other than the plan"}`;
  }
  return `"${key}"${id ? ` of ${task}` : ""} is ${shown(from)}, and by the plan ${shown(to)}`;
}

const commandsOf = (value: unknown): string[] => (value as Verify[]).map(({ run }) => run);

function listDifference(mine: readonly string[], theirs: readonly string[]): string {
  const more = mine.filter((one) => !theirs.includes(one));
  const less = theirs.filter((one) => !mine.includes(one));
  return [
    ...(less.length > 0 ? [`lacks ${less.map(quoted).join(", ")} of the plan`] : []),
    ...(more.length > 0 ? [`has ${more.map(quoted).join(", ")}, which the plan does not name`] : []),
  ].join(" and ");
}

function hintOf(drift: Drift): string {
  switch (drift.kind) {
    case "missing":
      return "add it with `interserve plan PLAN --update`";
    case "gone":
      return `${drift.perhaps ? `if so, move what you wrote in it to ${quoted(drift.perhaps)}; then ` : ""}remove it, or write a heading for it in the plan`;
    case "edited":
      return "it is not as it was derived, and is kept: write the same into the plan, or take the plan's with `--update --force`";
    case "unordered":
      return `move one of them to another stage, or change a \`depends\`; ${byUpdate} for the rest`;
    case "kept":
      return `it was edited here, and \`--update\` keeps it`;
    default:
      return byUpdate;
  }
}

/** What an update did, a line each: old, new, and what it left out. */
export const updateLines = ({ drifts }: Update): string[] =>
  drifts.filter((drift) => !isForPerson(drift)).map((drift) => printable(lineOf(drift)));

function lineOf(drift: Drift): string {
  switch (drift.kind) {
    case "missing":
      return `added ${drift.id}: ${drift.title}`;
    case "renumbered":
      return `${drift.was} is ${drift.id} now${drift.gone ? ": it is not in the plan" : ""}`;
    case "changed":
      return `${drift.id ? `${drift.id} ` : ""}${drift.key}: ${shown(drift.from)} → ${shown(drift.to)}`;
    case "kept":
      return `${drift.id ? `${drift.id} ` : ""}${drift.key}: kept ${shown(drift.from)}, which was edited; the plan says ${shown(drift.to)}`;
    case "unordered":
      return `left out that ${drift.id} waits for ${drift.on}: ${drift.why}`;
    default:
      return messageOf(drift);
  }
}

const shown = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map((one) => (typeof one === "string" ? one : (one as Verify).run)).join(", ")}]`
    : String(value ?? "default");
