import { describe, expect, test } from "vitest";
import { parsePlan } from "../../../src/plan/parse-plan.ts";

const tasksOf = (text: string) => parsePlan(text, "p.md").plan.tasks;

describe("a heading right below HTML is a heading", () => {
  test.each([
    ["<verify>\n- run: `true`\n</verify>", "a block of checks"],
    ["<summary>Phase 1</summary>", "a line"],
    ["<details>\n<summary>More</summary>\n\nText.\n\n</details>", "an end tag"],
    ["Text.\n<div>\nmore\n</div>", "HTML within a paragraph"],
    ["<div>\n```\n### Task 9: shown\n```\n</div>", "HTML with code"],
    ["<!-- x --><b>\n<div>", "HTML behind a comment"],
  ])("%j: %s", (html) => {
    for (const end of ["\n", "\r\n"]) {
      const first = `### Task 1: Alpha\n\n${html}`.replaceAll("\n", end);
      const second = "### Task 2: Beta\n\n**Files:**\n- Create: `b.ts`".replaceAll("\n", end);
      const tasks = tasksOf(`# P${end}${end}${first}${end}${second}${end}`);
      expect(tasks).toMatchObject([
        { title: "Alpha", section: first, files: [], line: 3 },
        { title: "Beta", section: second, files: ["b.ts"], line: 3 + first.split(end).length },
      ]);
    }
  });

  test("also each of several, and the plan's title", () => {
    const block = "<verify>\n- run: `true`\n</verify>\n";
    const text = `<p align="center">x</p>\n# Title\n### Task 1: A\n${block}### Task 2: B\n${block}### Task 3: C\n\`\`\`sh\n\n# no\n\`\`\`\n${block}### Task 4: D\n`;
    expect(parsePlan(text, "p.md").plan.title).toBe("Title");
    const tasks = tasksOf(text);
    expect(tasks.map(({ title }) => title)).toEqual(["A", "B", "C", "D"]);
    expect(tasks.map(({ verify }) => verify.length)).toEqual([1, 1, 1, 0]);
  });
});

test.each([
  "<!-- \n### Task 2: B\n-->",
  "<div><!-- \n### Task 2: B\n-->\n</div>",
  "<pre>\n### Task 2: B\n</pre>",
  "<td><pre>\n### Task 2: B\n</pre></td>",
  "<script>\n### Task 2: B\n</script>",
  "<style>\n### Task 2: B\n</style>",
  "<div>\n```\n### Task 2: B\n```\n</div>",
  "```html\n<div>\n### Task 2: B\n</div>\n```",
  "<verify>\n# it builds\n- run: `true`\n</verify>",
])("what stands in a comment, code or the like is no heading: %j", (html) => {
  const section = `### Task 1: A\n\n${html}`;
  expect(tasksOf(`${section}\n`)).toMatchObject([{ section }]);
});
