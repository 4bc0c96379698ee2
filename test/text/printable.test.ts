import { expect, test } from "vitest";
import { inert, jsonText, printable, sameWidth, shellWord } from "../../src/text/printable.ts";

/** Whether GitHub's runner finds a command in a line of a log. It ignores invisible characters. */
function isCommand(line: string): boolean {
  const seen = line.replaceAll(/\p{DI}/gu, "");
  return seen.trimStart().startsWith("::") || seen.includes("##[");
}

const commands = [
  "::error::x",
  "::set-output name=a::b",
  " \u00a0\u3000::add-mask::x",
  "\u00ad:\u00ad:error::x",
  "said ##[add-mask]x",
  "said #\u00ad#\u034f[set-output name=a]b",
  "###[error]x",
];

test.each(commands)("%j is not a command for GitHub, on its own or among other lines", (command) => {
  expect(isCommand(command)).toBe(true);
  expect(isCommand(printable(command))).toBe(false);
  expect(isCommand(printable(`\n${command}`))).toBe(false);
  for (const line of inert(`before\r\n${command}\n\n  ${command}`).split("\n")) {
    expect(isCommand(line)).toBe(false);
  }
  const value = { [command]: [command] };
  expect(jsonText(value).split("\n").filter(isCommand)).toEqual([]);
  expect(JSON.parse(jsonText(value))).toEqual(value);
});

test.each(["##vso[task.setvariable variable=a]b", "##teamcity[testFailed name='a']"])(
  "%j is not a command for other CI servers",
  (command) => {
    expect(`${printable(command)} ${sameWidth(command)} ${inert(command)}`).not.toMatch(/##\w*\[/);
  },
);

test.each(["std::vector", "a :: b", "## [1.0] heading", "a#[b]", "#1: ok", "x ::error::y"])(
  "%j is left unchanged",
  (text) => {
    expect([printable(text), sameWidth(text), inert(text)]).toEqual([text, text, text]);
  },
);

test("long lines of possible command starts take no longer than other lines", () => {
  const [spaces, colons, hashes] = [" ", ": ", "#\u00ad"].map((text) => text.repeat(200_000));
  for (const text of [`${spaces}::x`, colons ?? "", `${hashes}[`])
    expect(inert(text)).toHaveLength(text.length);
}, 10_000);

test.each([
  ["task-1.2", "task-1.2"],
  ["a b", "'a b'"],
  ["it's; rm -rf ~", `'it'\\''s; rm -rf ~'`],
  ["", "''"],
])("%j is written %s in a shell command", (text, word) => {
  expect(shellWord(text)).toBe(word);
});
