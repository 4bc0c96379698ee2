import type { Command, Option } from "commander";
import { expect, test } from "vitest";
import { program } from "../../src/cli/program.ts";

/** Every command with its arguments and options. A change here is a change of the interface. */
const commands = `
run [manifest|plan]
  --plan <file>
  --project-dir <dir>
  --mode <mode>: one of all-parallel, all-sequential, dependency-driven, manual-batching
  --engine <name>: one of codex, claude, dispatch, command
  --max-parallel <n>
  --step
  --allow-push
  --allow-drift
  --max-tokens <n>
  --max-cost <usd>
  --beside
  --inspect
  --xstate-inspect
  --port <n>
  --no-open
  --resume <run>
  --dry-run
  --report <file>: not with dryRun
  --detach: not with dryRun, step, inspect, xstateInspect
  --json
check <manifest...>
  --json
show <manifest|plan>
  --plan <file>
  --project-dir <dir>
  --mode <mode>: one of all-parallel, all-sequential, dependency-driven, manual-batching
  --engine <name>: one of codex, claude, dispatch, command
  --max-parallel <n>
  --json: not with mermaid, dot
  --mermaid: not with dot
  --dot
inspect [run]
  --project-dir <dir>
  --project <name>: not with projectDir
  --port <n>
  --no-open
  --json
plan <plan>
  -o, --output <file>
  --mode <mode>: one of all-parallel, all-sequential, dependency-driven, manual-batching
  --tier <tier>: one of fast, deep
  --force
  --update: not with mode, tier
  --check: not with force, update
  --json
resume [run]
  --plan <file>
  --project-dir <dir>
  --mode <mode>: one of all-parallel, all-sequential, dependency-driven, manual-batching
  --engine <name>: one of codex, claude, dispatch, command
  --max-parallel <n>
  --step
  --allow-push
  --allow-drift
  --max-tokens <n>
  --max-cost <usd>
  --project <name>: not with projectDir
  --beside
  --inspect
  --xstate-inspect
  --port <n>
  --no-open
  --dry-run
  --report <file>: not with dryRun
  --detach: not with dryRun, step, inspect, xstateInspect
  --json
answer <run> <task> <text>
  --project-dir <dir>
  --project <name>: not with projectDir
  --beside
  --rerun-failed
  --json
runs
  --project-dir <dir>
  --project <name>: not with projectDir
  --json
status [run]
  --project-dir <dir>
  --project <name>: not with projectDir
  --watch
  --json
report [run]
  --format <format>: one of markdown, junit, github, html
  -o, --output <file>
  --project-dir <dir>
  --project <name>: not with projectDir
  --json: not with format, output
clean
  --project-dir <dir>
  --project <name>: not with projectDir
  --keep <n>
  --dry-run
  --json
doctor
  --project-dir <dir>
  --json
trust
  --project-dir <dir>
  --list: not with revoke
  --revoke
  --json
help [command]
`;

test("every command has exactly these arguments and options", () => {
  expect(
    `\n${program(() => {})
      .commands.flatMap(linesOf)
      .join("\n")}\n`,
  ).toBe(commands);
});

function linesOf(command: Command): string[] {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [[command.name(), ...words].join(" "), ...command.options.map((one) => lineOf(one as Declared))];
}

/** An option of commander, whose types leave out what it conflicts with. */
type Declared = Option & { readonly conflictsWith: readonly string[] };

function lineOf({ flags, argChoices, conflictsWith, defaultValue }: Declared): string {
  const notes = [
    ...(argChoices ? [`one of ${argChoices.join(", ")}`] : []),
    ...(conflictsWith.length > 0 ? [`not with ${conflictsWith.join(", ")}`] : []),
    ...(defaultValue === undefined ? [] : [`default ${defaultValue}`]),
  ];
  return `  ${flags}${notes.length > 0 ? `: ${notes.join("; ")}` : ""}`;
}
