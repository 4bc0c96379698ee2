import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readPlan } from "../../../src/plan/read-plan.ts";

async function readAs(name: string, text: string) {
  const file = join(await mkdtemp(join(tmpdir(), "plan-")), name);
  await writeFile(file, text);
  return readPlan(file);
}

describe("a plan within a block of markdown", () => {
  const plan = "# P\n\n### Task 1: A\n\n```sh\nnpm test\n```\n\n### Task 2: B\n\nText.\n";
  test.each([
    ["alone", `\`\`\`\`markdown\n${plan}\`\`\`\`\n`, 4],
    ["between words", `Here it is:\n\n\`\`\`\`md\n${plan}\`\`\`\`\n\nShall I go on?\n`, 6],
    ["with as many backticks as its own", `\`\`\`markdown\n${plan}\`\`\`\n`, 4],
    ["that is never closed", `\`\`\`\`markdown\n${plan}`, 4],
  ])("%s is read, with the lines of the file", async (_, text, line) => {
    const read = await readAs("plan.md", text);
    expect(read.problems).toEqual([]);
    expect(read.plan?.title).toBe("P");
    expect(read.plan?.tasks).toMatchObject([
      { title: "A", line, section: "### Task 1: A\n\n```sh\nnpm test\n```" },
      { title: "B", line: line + 6, section: "### Task 2: B\n\nText." },
    ]);
  });

  test("is an example where tasks stand outside", async () => {
    const read = await readAs("plan.md", `### Task 1: Own\n\n\`\`\`\`markdown\n${plan}\`\`\`\`\n`);
    expect(read.plan?.tasks.map(({ title }) => title)).toEqual(["Own"]);
  });

  test("is none where it is another language's", async () => {
    expect((await readAs("plan.md", `\`\`\`\`text\n${plan}\`\`\`\`\n`)).plan).toBeUndefined();
  });
});

test.each([
  ["bad.json", '{"steps": []}', 1, "expected `tasks`, a list"],
  ["bad.json", '{"tasks": [', 1, "expected JSON, found invalid JSON"],
  ["notes.yaml", "a: 1\n", 1, 'found none in a file of the kind ".yaml"'],
  ["plan.md", "# P\n\nText.\n", 1, "found none"],
  ["plan.md", "# P\n\n- [ ] **Task 1: A**\n", 3, "line 3 looks like a task"],
  ["plan.md", "# P\n\n**Task 1: A**\n", 3, "line 3 looks like a task"],
  ["plan.md", "# P\n\n### Task: A\n", 3, "line 3 looks like a task"],
])("%s with %j is refused with what is expected of it", async (name, text, line, message) => {
  expect((await readAs(name, text)).problems).toMatchObject([
    { code: "plan-without-tasks", place: { line }, message: expect.stringContaining(message) },
  ]);
});
