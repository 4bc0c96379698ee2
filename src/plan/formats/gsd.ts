import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import type { Problem } from "../../problem.ts";
import { readText } from "../../yaml-file.ts";
import { contradictions, withoutDangling } from "./claims.ts";
import { type FormatTask, idFor, type PlanFormat, planOf, problemAt } from "./format.ts";

/** A larger plan is refused. */
const mostBytes = 10 * 1024 * 1024;

const text = v.union([v.string(), v.number()]);
const frontmatter = v.object({
  wave: v.optional(v.pipe(v.number(), v.integer()), 1),
  depends_on: v.optional(v.nullable(v.array(text)), []),
  files_modified: v.optional(v.nullable(v.array(v.string())), []),
});

interface Part extends v.InferOutput<typeof frontmatter> {
  /** `03-02`, of `03-02-PLAN.md`. */
  readonly number: string;
  readonly text: string;
  readonly file: string;
}

/**
 * GSD's `NN-MM-PLAN.md`: frontmatter with `wave`, `depends_on` and `files_modified`. All plans of the phase that lie
 * beside it are read, a task each; those with a `NN-MM-SUMMARY.md` are done. Waves become stages.
 */
export const gsd: PlanFormat = {
  isSure: true,
  recognises: (text, file) => /-PLAN\.md$/i.test(file) && partOf(text, file) !== undefined,
  read: async (_, file) => {
    const { parts, done, problems } = await partsBeside(file);
    const waves = [...new Set(parts.map(({ wave }) => wave))].sort((a, b) => a - b);
    const ordered = parts.toSorted((a, b) => a.wave - b.wave || (a.number < b.number ? -1 : 1));
    const phase = /^(\d+)/.exec(basename(file))?.[1] ?? "";
    const tasks = ordered.map(
      (part): FormatTask => ({
        number: part.number,
        title: titleOf(part),
        section: part.text,
        line: 1,
        group: `Wave ${part.wave}`,
        uses: (part.files_modified ?? []).map((path) => ({ path, use: "modify" })),
        depends: (part.depends_on ?? []).flatMap((one) => dependency(String(one), phase)),
      }),
    );
    const { plan, problems: dangling } = withoutDangling(planOf(file, `Phase ${phase}`, tasks), done);
    const claims = waves.flatMap((wave) => {
      const ids = parts.filter((part) => part.wave === wave).map(({ number }) => idFor(number));
      return contradictions(plan, ids, `in wave ${wave}`);
    });
    const wave = new Map(parts.map((part) => [idFor(part.number), part.wave]));
    const late = plan.tasks.flatMap(({ id, number, depends = [] }) =>
      depends.flatMap((other) => {
        if ((wave.get(other) ?? 0) <= (wave.get(id) ?? 0)) return [];
        const message = `${number} is in wave ${wave.get(id)} and depends on ${other.slice(5)} in the later wave ${wave.get(other)}`;
        return [
          problemAt(
            "claim-contradicted",
            file,
            1,
            message,
            "the wave counts; correct `wave` or `depends_on`",
          ),
        ];
      }),
    );
    return { plan, problems: [...problems, ...dangling, ...claims, ...late] };
  },
};

function partOf(text: string, file: string): Part | undefined {
  const [number] = /^\d+(?:\.\d+)?-\d+/.exec(basename(file)) ?? [];
  const [, yaml] = /^---\r?\n(.*?)^---[ \t]*$/ms.exec(text) ?? [];
  if (!number || !yaml || !/^(wave|depends_on|files_modified)\s*:/m.test(yaml)) return undefined;
  try {
    const read = v.safeParse(frontmatter, parse(yaml));
    return read.success ? { ...read.output, number, text, file } : undefined;
  } catch {
    return undefined;
  }
}

async function partsBeside(file: string): Promise<{ parts: Part[]; done: Set<string>; problems: Problem[] }> {
  const directory = dirname(file);
  const [phase = ""] = /^\d+(?:\.\d+)?-/.exec(basename(file)) ?? [];
  const names = (await readdir(directory)).filter((name) => name.startsWith(phase)).sort();
  const done = new Set(names.flatMap((name) => /^(.*)-SUMMARY\.md$/i.exec(name)?.[1] ?? []).map(idFor));
  const parts: Part[] = [];
  const problems: Problem[] = [];
  for (const name of names.filter((name) => /-PLAN\.md$/i.test(name))) {
    const path = join(directory, name);
    const { text, problem } = await readText(path, mostBytes);
    const part = text === undefined ? undefined : partOf(text, path);
    if (part && !done.has(idFor(part.number))) parts.push(part);
    else if (!part) {
      const hint = "give it `wave`, `depends_on` and `files_modified` between lines of `---` at its top";
      problems.push(
        problem ??
          problemAt(
            "plan-syntax",
            path,
            1,
            "expected frontmatter with `wave`, found none that can be read",
            hint,
          ),
      );
    }
  }
  return { parts, done, problems };
}

/** `03-01`, `01` within the phase, `03-01-PLAN.md`; none for a plan of another phase, which lies behind. */
function dependency(named: string, phase: string): string[] {
  const number = named.replace(/-PLAN(\.md)?$/i, "");
  if (!number.includes("-")) return [`${phase}-${number.padStart(2, "0")}`];
  return number.startsWith(`${phase}-`) ? [number] : [];
}

function titleOf({ text, number }: Part): string {
  const [, objective] = /<objective>\s*(.+?)\s*(?:\n|<)/s.exec(text) ?? [];
  const title = objective ?? /^#\s+(.+)$/m.exec(text)?.[1];
  return title ? title.trim().slice(0, 120) : `Plan ${number}`;
}
