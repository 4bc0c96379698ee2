import type { Edge } from "./edge.ts";
import type { TaskFacts } from "./facts.ts";

const scaffolding = /\b(scaffold(?:ing)?|skeleton|bootstrap|set\s?up|initiali[sz]e|project structure|directory structure|foundation|plugin structure|dependenc(?:y|ies))\b/i;

/** A first task that lays the ground: those that write below the directory that it opens wait for it. */
export function scaffoldEdges(tasks: readonly TaskFacts[]): Edge[] {
  return tasks.filter(({ title, writes }) => scaffolding.test(title) && writes.size > 0).flatMap(({ at: from, title, creates, writes }) => {
    const root = opts.root ? rootOf([...writes]) || commonDirectory([...creates]) : commonDirectory([...creates]);
    if (!root) return [];
    return tasks.flatMap((later): Edge[] => {
      const path = [...later.writes].find((one) => one.startsWith(`${root}/`));
      return later.at > from && path ? [{ from, to: later.at, kind: "scaffold", detail: `"${title}" lays the ground in \`${root}/\`` }] : [];
    });
  });
}

function commonDirectory(paths: readonly string[]): string {
  const split = paths.map((path) => path.split("/").slice(0, -1));
  const [first = []] = split;
  const length = first.findIndex((part, at) => split.some((other) => other[at] !== part));
  return first.slice(0, length < 0 ? undefined : length).join("/");
}

const verifies =
  /\b(final|end[\s-]to[\s-]end|e2e|full|smoke|verif(?:y|ication)|validat(?:e|ion)|integration\s+tests?|test\s+suite|(?:run|live)\s+(?:all\s+)?tests?|re-?measure)\b/i;
const documents = /\b(docs?|documentation|changelog|PRD|roadmap|README)\b|^(?:update|document|refresh|sync)\b.*\b(?:CLAUDE|AGENTS|README|MEMORY|CHANGELOG)\.md/i;
const ships = /(?:^|\band\b|[,&+:—–-])\s*(ship|publish|release|deploy|close|clean\s?up|polish|push|install)\b|\bdeploy(?:ment)?\b|\b(?:publish|ship|close)$/i;

/** The plan's last tasks, where their titles say that they verify, document or ship: they wait for all that is before. */
export function gateEdges(tasks: readonly TaskFacts[]): Edge[] {
  const closes = (title: string) => verifies.test(title) || documents.test(title) || ships.test(title);
  let first = tasks.length;
  while (first > 1 && closes(tasks[first - 1]?.title ?? "")) first -= 1;
  return tasks.slice(first).flatMap(({ at: to, title }) => {
    const isLast = to === tasks.length - 1;
    if (!isLast && opts.finalOnly && !verifies.test(title)) return [];
    return tasks.slice(0, isLast ? to : first).map(({ at: from }): Edge => ({ from, to, kind: "gate", detail: `"${title}" is about all that is before it` }));
  });
}

const rootOf = (paths: string[]): string => {
  const roots = paths.filter((path) => /(^|\/)(package\.json|go\.mod|Cargo\.toml|pyproject\.toml|plugin\.json)$/.test(path)).map((path) => path.replace(/\/?(\.claude-plugin\/)?[^/]+$/, ""));
  return roots.sort((a, b) => a.length - b.length)[0] ?? "";
};
export function prerequisiteEdges(tasks: readonly TaskFacts[]): Edge[] {
  return tasks.filter(({ title, at }) => prerequisite.test(title) || (opts.spec && at === 0 && /\bspec([\s-]|$)|\binterface spec/i.test(title))).flatMap(({ at: from, title }) => tasks.slice(from + 1).map(({ at: to }): Edge => ({ from, to, kind: "scaffold", detail: `"${title}" comes before all` })));
}
const prerequisite = /\bpre-?requisites?\b|\bblocks (all|everything)\b/i;
export const opts = { finalOnly: true, root: true, spec: false };
