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

/** The command lines in a text: lines that start with `interserve` or `$ interserve`, and spans in backticks. */
function commandLines(text: string): string[] {
  const lines = [...text.matchAll(/^\s*(?:\$ )?(interserve [a-z][^\n]*)$/gm)].map(([, line]) => line ?? "");
  const spans = [...text.matchAll(/`(interserve [a-z][^`\n]*)`/g)].map(([, line]) => line ?? "");
  // After a pipe comes another program.
  return [...lines, ...spans].map((line) => line.replace(/\s{2,}\S.*$| \| .*$/, "").trim());
}

/** Splits a line into words like a shell, but without variables. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].slice(1).map(([, quoted, bare]) => quoted ?? bare ?? "");

/** Parses a command line without executing it. Returns the error message; undefined if there is none. */
function parseError(line: string): string | undefined {
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

test("the texts contain enough command lines to test", () => {
  expect(all.length).toBeGreaterThan(15);
});

test.each(all)("%s: %s", (_, line) => {
  expect(parseError(line)).toBeUndefined();
});

test("an unknown flag, an unknown command and a missing argument are found", () => {
  expect(parseError("interserve run plan.md --dry")).toMatch(/unknown option/);
  expect(parseError("interserve perform plan.md")).toMatch(/unknown command|too many arguments/);
  expect(parseError("interserve answer RUN")).toMatch(/missing required argument/);
});

describe("the plugin", () => {
  const read = (path: string) => readFileSync(join(root, "plugin", path), "utf8");

  test("has a manifest with the package's version", () => {
    expect(JSON.parse(read(".claude-plugin/plugin.json"))).toMatchObject({ name: "interserve", version });
  });

  test.each(["write-plan", "executing-plans"])(
    "%s is a command and a skill with the same description",
    (name) => {
      expect(read(`commands/${name}.md`)).toMatch(/^---\ndescription: \S.*\n[\s\S]*?---\n/);
      expect(read(`commands/${name}.md`)).toContain(`\`${name}\``);
      const skill = read(`skills/${name}/SKILL.md`);
      expect(skill).toMatch(new RegExp(`^---\nname: ${name}\ndescription: Use when \\S.*\n---\n`));
      // In Claude Code, a command hides the skill of the same name, so it needs its description and its text.
      const description = /^description: .*$/m.exec(skill)?.[0];
      expect(read(`commands/${name}.md`)).toContain(`${description}\n`);
      expect(read(`commands/${name}.md`)).toContain(`@"\${CLAUDE_PLUGIN_ROOT}/skills/${name}/SKILL.md"`);
      expect(read("AGENTS.md")).toContain(`skills/${name}/SKILL.md`);
      expect(existsSync(join(root, "plugin", `skills/${name}/SKILL.md`))).toBe(true);
    },
  );
});
