import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import { program } from "../../src/cli/program.ts";
import { version } from "../../src/version.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const markdown = [
  ...["plugin", "docs"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) =>
      join(root, folder, file),
    ),
  ),
  join(root, "README.md"),
].filter((file) => file.endsWith(".md"));

/** Command lines: in code blocks a line that begins with it, in text what stands in backticks. */
function commandLines(text: string): string[] {
  const lines = [...text.matchAll(/^\s*(?:\$ )?(interserve [a-z][^\n]*)$/gm)].map(([, line]) => line ?? "");
  const spans = [...text.matchAll(/`(interserve [a-z][^`\n]*)`/g)].map(([, line]) => line ?? "");
  // What stands behind a pipe is another program.
  return [...lines, ...spans].map((line) => line.replace(/\s{2,}\S.*$| \| .*$/, "").trim());
}

/** A line as a shell would split it, without variables. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].slice(1).map(([, quoted, bare]) => quoted ?? bare ?? "");

/** What the real parser says against a command line; nothing where it takes it. No command is carried out. */
function objection(line: string): string | undefined {
  const commands = program(() => {});
  const quiet = (command: Command) =>
    command.configureOutput({ writeErr: () => {}, writeOut: () => {} }).exitOverride();
  for (const command of [commands, ...commands.commands]) quiet(command);
  for (const command of commands.commands) command.action(() => {});
  try {
    commands.parse(words(line), { from: "user" });
    return undefined;
  } catch (error) {
    return error instanceof CommanderError && error.exitCode === 0 ? undefined : (error as Error).message;
  }
}

const skipped = /^interserve (complete|help COMMAND)/;
const all = markdown.flatMap((file) =>
  commandLines(readFileSync(file, "utf8"))
    .filter((line) => !skipped.test(line))
    .map((line) => [relative(root, file), line] as const),
);

test("the texts name enough commands for this to be a test", () => {
  expect(all.length).toBeGreaterThan(15);
});

test.each(all)("%s: %s", (_, line) => {
  expect(objection(line)).toBeUndefined();
});

test("a flag or a command that does not exist is found", () => {
  expect(objection("interserve run plan.md --dry")).toMatch(/unknown option/);
  expect(objection("interserve perform plan.md")).toMatch(/unknown command|too many arguments/);
  expect(objection("interserve answer RUN")).toMatch(/missing required argument/);
});

describe("the plugin", () => {
  const read = (path: string) => readFileSync(join(root, "plugin", path), "utf8");

  test("has a manifest with the package's version", () => {
    expect(JSON.parse(read(".claude-plugin/plugin.json"))).toMatchObject({ name: "interserve", version });
  });

  test.each(["write-plan", "executing-plans"])(
    "%s is a command and a skill of that name, each with what it is for",
    (name) => {
      expect(read(`commands/${name}.md`)).toMatch(/^---\ndescription: \S.*\n[\s\S]*?---\n/);
      expect(read(`commands/${name}.md`)).toContain(`\`${name}\``);
      const skill = read(`skills/${name}/SKILL.md`);
      expect(skill).toMatch(new RegExp(`^---\nname: ${name}\ndescription: Use when \\S.*\n---\n`));
      // Claude Code lets a command hide the skill of its name, so the command has to say when, and bring the text along.
      const description = /^description: .*$/m.exec(skill)?.[0];
      expect(read(`commands/${name}.md`)).toContain(`${description}\n`);
      expect(read(`commands/${name}.md`)).toContain(`@"\${CLAUDE_PLUGIN_ROOT}/skills/${name}/SKILL.md"`);
      expect(read("AGENTS.md")).toContain(`skills/${name}/SKILL.md`);
      expect(existsSync(join(root, "plugin", `skills/${name}/SKILL.md`))).toBe(true);
    },
  );
});
