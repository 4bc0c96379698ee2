import { describe, expect, test } from "vitest";
import { verifyOf } from "../../../src/plan/checks/verify-blocks.ts";
import { parsePlan } from "../../../src/plan/parse-plan.ts";
import { cpuTime } from "../../cpu-time.ts";

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
    ["npm test -- login", ["npm test -- login"]],
    ["pytest tests -k login", ["pytest tests -k login"]],
    ["npx vitest run auth", ["npx vitest run auth"]],
    ["cargo test parser", ["cargo test parser"]],
    ["grep -q foo src/a.ts", ["grep -q foo src/a.ts"]],
    ["test -f x", ["test -f x"]],
    ["Run `npm test`", ["npm test"]],
    ["Run: `npm test`.", ["npm test"]],
    ["$ npm test", ["npm test"]],
    ["npm test # all pass", ["npm test"]],
    ["- run: npm test -- login", ["npm test -- login"]],
    ["- run: pytest tests -k login", ["pytest tests -k login"]],
    ["- run: go test ./... && go vet ./...", ["go test ./... && go vet ./..."]],
    ["- run: make all", ["make all"]],
    ["- run: our-check --all", ["our-check --all"]],
    ["- run: `check the page`", ["check the page"]],
    ["<automated>npm test -- login</automated>", ["npm test -- login"]],
    ["<automated>our-check docs</automated>", ["our-check docs"]],
  ])("%j", (inner, run) => {
    expect(block(inner)).toEqual({ run, warned: [] });
  });

  test.each([
    ["npm test \\\n  --silent", "npm test --silent"],
    ["- run: npm test \\\n    --silent", "npm test --silent"],
    ["- run: `npm test \\\n    --silent`", "npm test --silent"],
    ["cd app\nnpm test", "cd app && npm test"],
    ["- cd app\n- `npm test`", "cd app && npm test"],
    ["export CI=1\nnpm test", "export CI=1 && npm test"],
    ["for f in *.sh; do\n  sh -n $f\ndone", "set -e\nfor f in *.sh; do\nsh -n $f\ndone"],
    ["npm run a &&\nnpm run b", "set -e\nnpm run a &&\nnpm run b"],
    ["cat <<X\nnpm test\n# kept\nX", "cat <<X\nnpm test\n# kept\nX"],
    ["```sh\nif test -f a; then\n  npm test\nfi\n```", "set -e\nif test -f a; then\nnpm test\nfi"],
    ["```sh\nnpm test \\\n  --silent\nls -a\n```", "npm test --silent && ls -a"],
    ["- run: |\n    cat <<'X' | sh -n\n    a `b\n    X", "cat <<'X' | sh -n\na `b\nX"],
  ])("several lines are one command: %j", (inner, run) => {
    expect(block(inner)).toEqual({ run: [run], warned: [] });
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
    "```sh\nfor a in b c; do\n  npm test\n```",
    "```sh\ncat <<X\nnpm test\n```",
    "```sh\nfor a in b c; do\n  frob $a\ndone\n```",
    "for f in *.sh; do\nfrob $f\ndone",
    "cat <<X\nnpm test",
    "cd app\nThe page loads\nnpm test",
    "- cd app\n- npm test passes",
    "- run: Check that the page loads",
    "- run: open the page and look",
    "- run: npm test and see that all is green",
    "- run: verify page loads",
    "- run: manually",
    "<automated>the page loads</automated>",
    "cargo test green",
    "pytest should pass",
    "pytest unit tests",
    "Run `npm test` in `web`",
    "- run: npm test\n  expect: no errors",
    "- run: |\n    for a in b; do\n    npm test",
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

  test("with the command that is not run for it", () => {
    const text = "### Task 1: A\n\n<verify>\n- run: `pytest`\n  expect: 3 passed\n</verify>\n";
    expect(parsePlan(text, "p.md").problems.map(({ message }) => message)).toEqual([
      '"expect: 3 passed" in `<verify>` is not understood, so "pytest" is not run',
    ]);
  });

  test.each([
    ["grep -c legacy src/a.ts", "0", 'output "0"', "exit 0"],
    ["grep -c legacy src/a.ts", "returns 1", 'output "1"', "exit 1"],
    ["grep -rc 'a | b' src", "3", 'output "3"', "exit 3"],
    ["rg --count x src/a.ts", "zero", 'output "0"', "exit 0"],
    ["wc -l < src/a.ts", "1", 'output "1"', "exit 1"],
    ["wc -l src/a.ts", "1", 'output "1 src/a.ts"', "exit 1"],
    ["find . -name '*.ts' | wc -l", "12", 'output "12"', "exit 12"],
    ["cd a && git log --oneline | wc -l", "2", 'output "2"', "exit 2"],
    ["jq '.tasks | length' a.json", "3", 'output "3"', "exit 3"],
    ["cat VERSION", "3", 'output "3"', "exit 3"],
    ["npm test; echo $?", "0", 'output "0"', "exit 0"],
    ["grep -c legacy src/a.ts || true", "0", 'output "0"', "exit 0"],
    ["npm test 2>&1 | grep -c FAILED 2>/dev/null", "0", 'output "0"', "exit 0"],
    ["grep legacy a | wc -l | tr -d ' '", "0", 'output "0"', "exit 0"],
    ["wc -l a.ts | awk '{print $1}'", "1", 'output "1"', "exit 1"],
    ["git ls-files | xargs grep -c x", "1", 'output "1"', "exit 1"],
  ])("%s with the number %j may have two meanings", (run, wish, likely, other) => {
    const text = `### Task 1: A\n\n<verify>\n- run: \`${run}\`\n  expect: ${wish}\n</verify>\n`;
    const { plan, problems } = parsePlan(text, "p.md");
    expect(plan.tasks[0]?.verify).toEqual([{ run, expect: likely }]);
    expect(problems).toMatchObject([
      {
        code: "ambiguous-check",
        message: expect.stringContaining(`what it prints or its exit status: taken as \`expect: ${likely}\``),
        hint: `write \`expect: ${likely}\` or \`expect: ${other}\``,
        place: { line: 4 },
      },
    ]);
  });

  test.each([
    ["grep -c legacy src/a.ts", "exit 1", "exit 1"],
    ["grep -c legacy src/a.ts", "exit code: 0", "exit 0"],
    ["grep -c legacy src/a.ts", "prints 0", 'output "0"'],
    ["wc -l < src/a.ts", "1200", 'output "1200"'],
    ["grep -c a b", "3 matches", 'output "3"'],
    ["grep -c a b", "no matches", 'output "0"'],
    ["grep -c a b > count && npm test", "1", "exit 1"],
    ["head -1 a", "0", "exit 0"],
    ["ls | wc -l", "== 3", 'output "3"'],
    ["npm run count", "outputs 3", 'output "3"'],
    ["npm run count", 'prints "a b"', 'output "a b"'],
    ["grep -q legacy src/a.ts", "1", "exit 1"],
    ["npm test", "returns 1", "exit 1"],
    ["test $(grep -c x a) -eq 3", "0", "exit 0"],
    ["cat a", "1", "exit 1"],
  ])("%s with %j means one thing", (run, wish, expected) => {
    const text = `### Task 1: A\n\n<verify>\n- run: \`${run}\`\n  expect: ${wish}\n</verify>\n`;
    const { plan, problems } = parsePlan(text, "p.md");
    expect([plan.tasks[0]?.verify, problems]).toEqual([[{ run, expect: expected }], []]);
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

test.each([
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
  "cd a\n",
  "npm test \\\n",
  "cat <<X\n",
  "for a in b; do\n",
  "grep -q ",
  "npm run a -b ",
])("a hostile block of %j is read in no time", (part) => {
  expect(cpuTime(() => verifyOf(`<verify>\n${part.repeat(20_000)}\n</verify>`))).toBeLessThan(3_000);
});

describe("what a plan hides, shows as an example or says to a person is not run", () => {
  test.each([
    ["<!-- disabled:\nnpm run db:reset\n- run: rm -rf data\n-->\nnpm test", ["npm test"]],
    ["npm test <!-- not npm run two -->", ["npm test"]],
    ["- run: `npm test` and `npm run lint`", []],
    ["- run: `npm test` — do not run `X` first.", []],
    ["- run: ask the user; then `npm run deploy`", []],
    ["- `npm test \u001b[8m; touch z\u001b[0m`", []],
    ["- run: npm test \u202e", []],
    ["- `go to page`", []],
    ["```python\npython -m x\n```", []],
    ["```text\ngo to the page\nmake a branch\n```", []],
    ["```sh\nnpm test\n```", ["npm test"]],
    ["- run: `grep -c '<!--' a.html`", ["grep -c '<!--' a.html"]],
  ])("%j", (inner, expected) => {
    expect(block(inner).run).toEqual(expected);
  });

  test.each(["Old: <!--", "- <!--", "<!-- a --> <!-- b", "<pre>", "<script>"])("below %j", (before) => {
    const end = before.includes("!--") ? "-->" : before.replace("<", "</");
    const shown = "<verify>\nnpm run deploy\n</verify>";
    expect(checks(`${before}\n${shown}\n${end}\n\n<verify>\nnpm test\n</verify>`).run).toEqual(["npm test"]);
  });
});
