import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { DependencyResult } from "../../schemas/dependency-result.ts";
import type { Outcome } from "../../schemas/outcome.ts";
import type { PromptInput } from "../../src/routing/prompt.ts";
import {
  type Block,
  blocksIn,
  type Heading,
  type Inline,
  type ListItem,
  linesOf,
  textOf,
} from "../../src/text/markdown.ts";

const directory = mkdtempSync(join(tmpdir(), "interserve-routing-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;

/** Writes content to a new file and returns its path. */
export function fileWith(content: string | Uint8Array): string {
  count += 1;
  const path = join(directory, `${count}.md`);
  writeFileSync(path, content);
  return path;
}

/** A dependency's result; its `text` becomes an output file. */
export function result(
  id: string,
  facts: Partial<Outcome> & { readonly title?: string; readonly text?: string | Uint8Array } = {},
): DependencyResult {
  const { title = `Title of ${id}`, text, ...outcome } = facts;
  const output = text === undefined ? {} : { output: fileWith(text) };
  return { id, title, outcome: { status: "pass", ...output, ...outcome } };
}

/** A plain input for a prompt, with changes. */
export const input = (changes: Partial<PromptInput> = {}): PromptInput => ({
  task: { id: "task-2", title: "Second", files: [] },
  projectDir: "/project",
  dependencies: [],
  alsoFinished: [],
  budget: 24_000,
  ...changes,
});

/** Characters that a terminal obeys, that reorder or hide text, and halves of characters. */
export const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e0fff}\p{Surrogate}]/u;

type Node = Block | ListItem | Inline;

/** Every node of a markdown text, at any depth. */
export function nodesOf(markdown: string): Node[] {
  const all: Node[] = [...blocksIn(linesOf(markdown))];
  for (const node of all) if ("children" in node) all.push(...node.children);
  return all;
}

/** The headings of a markdown text, as `## Text`. */
export const headingsOf = (markdown: string): string[] =>
  nodesOf(markdown)
    .filter((node): node is Heading => node.type === "heading")
    .map((node) => `${"#".repeat(node.depth)} ${textOf(node)}`);

/** The contents of a markdown text's code blocks. */
export const codeOf = (markdown: string): string[] =>
  nodesOf(markdown).flatMap((node) => (node.type === "code" ? [node.value] : []));
