import { describe, expect, test } from "vitest";
import { parsePlan } from "../../src/plan/read-plan.ts";
import { verifyOf } from "../../src/plan/verify-blocks.ts";

/** The commands of a task with a text below its heading, with what else than `exit 0` they expect, and the warnings. */
function checks(body: string) {
  const { plan, problems } = parsePlan(`# P\n\n### Task 1: A\n\n${body}\n`, "p.md");
  return {
    run: (plan.tasks[0]?.verify ?? []).map(({ run, expect }) =>
      expect === "exit 0" ? run : `${run} # ${expect}`,
    ),
    warned: problems.map(({ code, place }) => `${code}:${place.line}`),
  };
}
const block = (inner: string) => checks(`<verify>\n${inner}\n</verify>`);

describe("what is a command is read, without a warning", () => {
  test.each([
    ["npm test", ["npm test"]],
    ["- npm test", ["npm test"]],
    ["- [ ] `npm test`", ["npm test"]],
    ["1. `npm run one`\n2. `npm run two`", ["npm run one", "npm run two"]],
    ["`npm test` → exit 0", ["npm test"]],
    ["`npm test` passes", ["npm test"]],
    ["`npm test`: exit code 2", ["npm test # exit 2"]],
    ["./check.sh --all", ["./check.sh --all"]],
    ["CI=1 npm --prefix web test", ["CI=1 npm --prefix web test"]],
    ["cd web && npx tsc --noEmit && npm run build", ["cd web && npx tsc --noEmit && npm run build"]],
    ["go test ./...", ["go test ./..."]],
    ["pytest tests/test_a.py -k 'a and b'", ["pytest tests/test_a.py -k 'a and b'"]],
    ["<automated>grep -q 'x' a.md &amp;&amp; npm test</automated>", ["grep -q 'x' a.md && npm test"]],
    ["```bash\n# both\n$ npm run one\nnpm run two\n```", ["npm run one && npm run two"]],
    ["- run: `npm test`\n  expect: exit code zero", ["npm test"]],
    ["- run: npm test\n  expect: exit 0  # no tag", ["npm test"]],
    ["- run: npm test\n  expect: all tests pass", ["npm test"]],
    ["- run: |\n    cd web\n    npm test\n  expect: exit 0\n- run: ls", ["cd web && npm test", "ls"]],
    ["go test ./a -run TestFence", ["go test ./a -run TestFence"]],
    ['- run: `cat x`\n  expect: contains "a b"', ['cat x # contains "a b"']],
    ["run: npm test\nexpect: exits with 3", ["npm test # exit 3"]],
  ])("%j", (inner, run) => {
    expect(block(inner)).toEqual({ run, warned: [] });
  });

  test("on one line, and several blocks", () => {
    const text = "<verify>npm run one</verify>\n\n<verify>\nnpm run two\n</verify>";
    expect(checks(text)).toEqual({ run: ["npm run one", "npm run two"], warned: [] });
  });

  test("in whatever way lines end", () => {
    expect(block("- run: `npm test`\r\n  expect: exit 0\r\n- npm run two\r")).toEqual({
      run: ["npm test", "npm run two"],
      warned: [],
    });
  });
});

describe("what may be a sentence is never run, and said", () => {
  test.each([
    "npm test passes",
    "npm test green",
    "npm test shows RED (failing)",
    "npm run build passes without errors",
    "go test ./a -count=1 exits 0",
    "pytest tests/a.py -q passes",
    "npm run test:ci — the reproducer",
    "make sure that it builds",
    "make changes",
    "test coverage",
    "go to the page",
    "find the button",
    "just check logs",
    "echo works; the page shows it",
    "The page shows a list.",
    "`src/a.ts`",
    "`render()` is called",
    "`npm test` prints a table",
    "<automated>MISSING — comes with task 2</automated>",
    "```\nok 1 - all fine\n```",
    "```sh\nfor a in b c; do\n  npm test\ndone\n```",
    "- run: npm test\n  expect: no errors",
    "- run: |\n    for a in b; do\n    done",
    '- run: cat x\n  expect: contains "a" and "b"',
    "expect: exit 0",
  ])("%j", (inner) => {
    const { run, warned } = block(inner);
    expect(run).toEqual([]);
    expect(warned).toContain("unread-check:6");
  });

  test("beside what is read, by its line", () => {
    expect(block("- run: npm test\n  expect: exit 0\n- The page loads.")).toEqual({
      run: ["npm test"],
      warned: ["unread-check:8"],
    });
  });

  test("a block that nothing ends", () => {
    expect(checks("<verify>\nnpm test\n")).toEqual({ run: [], warned: ["unread-check:5"] });
  });
});

test.each([
  "```markdown\n<verify>\nnpm test\n</verify>\n```",
  "1. Write:\n\n    ```markdown\n    <verify>\n    npm test\n    </verify>\n    ```",
  "<!--\n<verify>\nnpm test\n</verify>\n-->",
])("a block that code or a comment shows is none: %j", (body) => {
  expect(checks(body)).toEqual({ run: [], warned: [] });
});

test("a hostile block is read in no time", () => {
  const start = performance.now();
  for (const part of [
    "<verify>\n",
    "`",
    " ",
    "A=b ",
    "npm test && ",
    "\"'",
    "```\n",
    "~~~\n",
    "env npx ",
    "- run: |\n",
  ])
    verifyOf(`<verify>\n${part.repeat(20_000)}\n</verify>`);
  expect(performance.now() - start).toBeLessThan(5_000);
});
