import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import type { Problem } from "../../problem.ts";
import { listed } from "../../text/list.ts";
import { quoted } from "../../text/printable.ts";
import { readText } from "../../yaml/yaml-file.ts";
import type { UnreadCheck } from "../checks/verify-lines.ts";
import { warningAt } from "../plan-result.ts";
import { doneTasks, type FormatTask, idFor, type PlanFormat, planOf, titleIn } from "./format.ts";
import { contradictions, withoutDangling } from "./parallel-claims.ts";

/** Larger plans are refused. */
const mostBytes = 10 * 1024 * 1024;

const text = v.union([v.string(), v.number()]);
/** A list, or its only entry. */
const list = v.nullish(
  v.union([
    v.array(text),
    v.pipe(
      text,
      v.transform((one) => [one]),
    ),
  ]),
  [],
);
const frontmatter = v.object({
  phase: v.nullish(text),
  plan: v.nullish(text),
  autonomous: v.nullish(v.unknown()),
  wave: v.optional(v.pipe(text, v.transform(Number), v.integer()), 1),
  depends_on: list,
  files_modified: list,
});

interface Part extends v.InferOutput<typeof frontmatter> {
  /** `03-02`, of `03-02-PLAN.md`. */
  readonly number: string;
  readonly text: string;
  readonly file: string;
}

/**
 * GSD's `NN-MM-PLAN.md`: frontmatter with `wave`, `depends_on` and `files_modified`. Every plan of the phase in the same
 * folder is a task; those with a `NN-MM-SUMMARY.md` are done. Waves become stages.
 */
export const gsd: PlanFormat = {
  isSure: true,
  recognises: (text, file) => /-PLAN\.md$/i.test(file) && partOf(text, file) !== undefined,
  read: async (_, file) => {
    const { parts, ended, done, problems } = await partsBeside(file);
    const ordered = parts.toSorted((a, b) => a.wave - b.wave || (a.number < b.number ? -1 : 1));
    const byKey = new Map(parts.toReversed().map((part) => [keyOf(part.number).join("-"), part.number]));
    const phase = /^\d+/.exec(ordered[0]?.number ?? "")?.[0];
    const tasks = ordered.map(
      (part): FormatTask => ({
        ...sectionTask(part),
        group: `Wave ${part.wave}`,
        uses: (part.files_modified ?? []).map((path) => ({ path: String(path), use: "modify" })),
        depends: (part.depends_on ?? []).flatMap((one) => dependency(String(one), part, byKey)),
      }),
    );
    const read = planOf(file, phase && `Phase ${phase}`, tasks, isMeantAsCommand);
    const { plan, problems: dangling } = withoutDangling(
      { ...read.plan, ...doneTasks(file, ended.map(sectionTask)) },
      tasks,
      done,
    );
    const inWaves = new Map<number, string[]>();
    for (const { wave, number } of ordered)
      inWaves
        .set(wave, inWaves.get(wave) ?? [])
        .get(wave)
        ?.push(number);
    const claims = contradictions(
      plan,
      [...inWaves].map(([wave, members]) => ({ ids: members.map(idFor), by: `in wave ${wave}` })),
    );
    const wave = new Map(parts.map((part) => [idFor(part.number), part.wave]));
    const late = plan.tasks.flatMap(({ id, number, depends = [] }) =>
      depends.flatMap((other) => {
        if ((wave.get(other) ?? 0) <= (wave.get(id) ?? 0)) return [];
        const message = `${number} is in wave ${wave.get(id)} and depends on ${other.slice(5)} in the later wave ${wave.get(other)}`;
        return [
          warningAt(
            "claim-contradicted",
            file,
            1,
            message,
            "the wave is used; correct `wave` or `depends_on`",
          ),
        ];
      }),
    );
    return {
      plan,
      problems: [
        ...problems,
        ...read.problems,
        ...dangling,
        ...claims,
        ...late,
        ...ordered.flatMap(attended),
      ],
    };
  },
};

const sectionTask = (part: Part): FormatTask => ({
  number: part.number,
  title: titleOf(part),
  section: part.text,
  file: part.file,
  line: 1,
});

/** Warns of plans that need a person while they run. */
function attended({ number, autonomous, text, file }: Part): Problem[] {
  if (autonomous !== false) return [];
  const kinds = [...new Set(text.match(/\bcheckpoint:[\w-]{1,40}/g))];
  const holds = kinds.length > 0 ? `, and holds ${listed(kinds.map(quoted))}` : "";
  const line = text.slice(0, text.search(/^autonomous/m)).split("\n").length;
  return [
    warningAt(
      "asks-first",
      file,
      line,
      `${quoted(number)} says \`autonomous: false\`${holds}: it needs a person, but runs all the same`,
      "its agent can ask you a question; to do the task yourself, remove it from the manifest",
    ),
  ];
}

/** Texts in a GSD `<verify>` that are prose for people, or placeholders for a check. */
const isMeantAsCommand = ({ text, isOpen }: UnreadCheck): boolean =>
  isOpen === true || /^(?:<automated>(?!\s*MISSING\b)|run:|expect:)/.test(text);

function partOf(text: string, file: string): Part | undefined {
  const [, yaml] = /^---\r?\n(.*?)^---[ \t]*\r?$/ms.exec(text) ?? [];
  if (!yaml || !/^(wave|depends_on|files_modified)\s*:/m.test(yaml)) return undefined;
  // Only the keys that count are parsed: the rest holds prose that is often invalid YAML.
  const keys = yaml.match(
    /^(?:phase|plan|wave|autonomous|depends_on|files_modified)[ \t]*:.*(?:\r?\n(?:[ \t-].*)?(?=\r?\n|$))*/gm,
  );
  try {
    const read = v.safeParse(frontmatter, parse((keys ?? []).join("\n")));
    return read.success ? { ...read.output, number: numberOf(file, read.output), text, file } : undefined;
  } catch {
    return undefined;
  }
}

/** Phase and plan from the file's name, `03-02` or `03-search-02`, or else from the frontmatter. */
function numberOf(
  file: string,
  { phase, plan }: { readonly phase?: unknown; readonly plan?: unknown } = {},
): string {
  const name = basename(file).replace(/-(?:PLAN|SUMMARY)\.md$/i, "");
  const [, first, last] = /^(\d+(?:\.\d+)?[A-Za-z]?)-(?:.*-)?(\d+[A-Za-z]?)$/.exec(name) ?? [];
  if (first && last) return `${first}-${last}`;
  const [ofPhase] = /^\d+(?:\.\d+)?[A-Za-z]?(?![A-Za-z])/.exec(String(phase ?? "")) ?? [];
  return [ofPhase, String(plan ?? "1").padStart(2, "0")].filter(Boolean).join("-");
}

async function partsBeside(
  file: string,
): Promise<{ parts: Part[]; ended: Part[]; done: Map<string, undefined>; problems: Problem[] }> {
  const directory = dirname(file);
  const [phase = ""] = /^\d+(?:\.\d+)?[A-Za-z]?-/.exec(basename(file)) ?? [];
  const names = (await readdir(directory)).filter((name) => name.startsWith(phase)).sort();
  const done = new Map(
    names.flatMap((name) => (/-SUMMARY\.md$/i.test(name) ? [[idFor(numberOf(name)), undefined]] : [])),
  );
  const parts: Part[] = [];
  const ended: Part[] = [];
  const problems: Problem[] = [];
  for (const name of names.filter((name) => /-PLAN\.md$/i.test(name))) {
    const path = join(directory, name);
    const { text, problem } = await readText(path, mostBytes);
    const part = text === undefined ? undefined : partOf(text, path);
    if (part) (done.has(idFor(part.number)) ? ended : parts).push(part);
    else {
      const hint = "give it `wave`, `depends_on` and `files_modified` between lines of `---` at its top";
      problems.push(
        problem ??
          warningAt(
            "plan-syntax",
            path,
            1,
            "expected frontmatter with `wave`, found none that is valid",
            hint,
          ),
      );
    }
  }
  return { parts, ended, done, problems };
}

/**
 * Parses a reference to a plan: `03-01`, `3-1`, `01` within the phase, `03-search-01`, `03-01-PLAN.md`. Returns undefined
 * for a plan of another phase, which is already done, and for other texts.
 */
function dependency(named: string, of: Part, byKey: ReadonlyMap<string, string>): string[] {
  const name = named.trim().replace(/-(?:PLAN|SUMMARY)(?:\.md)?$/i, "");
  const [, phase, plan] = /^(?:(\d+(?:\.\d+)?[A-Za-z]?)-(?:.*-)?)?(\d+[A-Za-z]?)$/.exec(name) ?? [];
  if (!plan) return [];
  const [own = "", ...rest] = keyOf(of.number);
  const wanted = [phase === undefined && rest.length > 0 ? own : keyOf(phase ?? "")[0], keyOf(plan)[0]];
  if (rest.length > 0 && wanted[0] !== own) return [];
  return [
    byKey.get(wanted.filter(Boolean).join("-")) ??
      `${phase ?? /^[\d.]+/.exec(of.number)?.[0] ?? ""}-${plan.padStart(2, "0")}`,
  ];
}

const keyOf = (number: string): string[] =>
  number.split("-").map((one) => one.replace(/^0+(?=\d)/, "").toLowerCase());

function titleOf({ text, number }: Part): string {
  const [, objective] = /(?:<objective>|^##+\s+Objective\s*$)\s*(.+?)\s*(?:\n|<)/ms.exec(text) ?? [];
  const title = objective ?? /^#\s+(.+)$/m.exec(text)?.[1];
  return title ? titleIn(title) : `Plan ${number}`;
}
