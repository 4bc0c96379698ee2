import { describe, expect, test } from "vitest";
import { parsePlan } from "../../../src/plan/parse-plan.ts";
import { cpuTime } from "../../cpu-time.ts";

const read = (body: string) => {
  const { plan, problems } = parsePlan(`# Plan\n\n### Task 1: Alpha\n\n${body}\n`, "plan.md");
  const [task] = plan.tasks;
  if (!task) throw new Error("no task");
  return { ...task, problems };
};
const usesOf = (body: string) => read(body).uses.map(({ path, use }) => `${use} ${path}`);
const list = (...bullets: string[]) => `**Files:**\n${bullets.map((bullet) => `- ${bullet}`).join("\n")}\n`;

describe("paths", () => {
  test.each([
    ["bare", "Create: src/a.ts, src/b.ts", ["create src/a.ts", "create src/b.ts"]],
    ["bare, with a remark", "src/a.ts (new), src/b.ts (edit)", ["create src/a.ts", "modify src/b.ts"]],
    ["bare, with more prose", "README.md — add a part, see api/server.ts", ["modify README.md"]],
    ["bare, then code in prose", "README.md — add a part, see `api/server.ts`", ["modify README.md"]],
    ["bare, behind a verb", "Update src/a.ts", ["modify src/a.ts"]],
    ["bare, in a box", "[x] Modify: src/a.ts", ["modify src/a.ts"]],
    ["bare, deep in prose", "Modify: whatever the notes in docs/a.md ask for", []],
    ["bare, of a route", "Create: app/(shop)/[id]/$slug.tsx", ["create app/(shop)/[id]/$slug.tsx"]],
    ["code, of a route", "Create: `app/(shop)/[...all]/route.ts`", ["create app/(shop)/[...all]/route.ts"]],
    ["bold", "**src/a.ts** — the core", ["modify src/a.ts"]],
    ["bold verb", "**Create:** `src/a.ts` — the core", ["create src/a.ts"]],
    ["bold code", "Create: **`src/a.ts`**", ["create src/a.ts"]],
    ["a link", "Modify: [u.ts](src/u.ts)", ["modify src/u.ts"]],
    ["a link from the plan", "Modify: [`src/u.ts`](../../src/u.ts)", ["modify src/u.ts"]],
    ["a link of one machine", "Modify: [`src/u.ts`](file:///p/src/u.ts)", ["modify src/u.ts"]],
    ["a link to a page", "Modify: [the guide](https://example.org/a.md)", []],
    ["of a shell's name", "`run.sh`, `check.ts`", ["modify run.sh", "modify check.ts"]],
    ["backslashes", "Modify: `src\\x\\a.ts:3-9`", ["modify src/x/a.ts"]],
    ["a drive", "Modify: `C:\\p\\src\\a.ts`", ["modify C:/p/src/a.ts"]],
    ["a name no English has", "Create: `docs/记录.md`", ["create docs/记录.md"]],
    ["quoted", 'Move: "Light.json" -> themes/light.json', ["modify Light.json", "modify themes/light.json"]],
    ["a route of a server", "Modify: `src/a.ts`, `/v1/models`", ["modify src/a.ts"]],
    ["a member", "Modify: `src/a.ts`, `StartRequest.Model`", ["modify src/a.ts"]],
    ["a name behind a file", "Modify: `src/a.ts`, `agent/model`", ["modify src/a.ts"]],
    ["without an ending", "Create: `bin/tool`", ["create bin/tool"]],
    ["code with its verb", "`Create: src/x.ts`", ["create src/x.ts"]],
    ["of the context", "Context: `docs/s.md`", ["read docs/s.md"]],
    ["two endings", "Modify: `src/a.h/.cpp`", ["modify src/a.h", "modify src/a.cpp"]],
    ["a verb behind another", "Remove it and create `a.ts`", ["create a.ts"]],
    ["a form to follow", "Follow docs/spec.md", []],
    ["a linked form to follow", "Follow [the spec](docs/spec.md)", []],
    ["a URL", "Create: `https://example.org/a.html`", []],
  ])("%s", (_, bullet, expected) => {
    expect(usesOf(list(bullet))).toEqual(expected);
  });
});

describe("what a task leaves alone", () => {
  test.each([
    ["do not modify", "Do not modify: `b.ts`", []],
    ["don't touch", "Don’t touch `b.ts`", []],
    ["never", "Never edit `b.ts`", []],
    ["unchanged", "Unchanged: `b.ts`", ["read b.ts"]],
    ["a remark", "`b.ts` — unchanged", ["read b.ts"]],
    ["existing", "Existing parser: `b.ts`", ["read b.ts"]],
    ["a check", "Verify present: `b.ts`", []],
    ["behind another", "Modify: `c.ts`. Do not modify: `b.ts`", ["modify c.ts"]],
  ])("%s", (_, bullet, expected) => {
    expect(usesOf(list("Modify: `a.ts`", bullet))).toEqual(["modify a.ts", ...expected]);
  });
  test("behind a label of its own", () => {
    expect(usesOf("**Files:** `a.ts`\n\n**Do not modify:**\n\n- `b.ts`")).toEqual(["modify a.ts"]);
    expect(usesOf("**Files to leave alone:**\n\n- `b.ts`")).toEqual(["read b.ts"]);
    expect(usesOf("**Files not to touch:**\n\n- `b.ts`")).toEqual([]);
  });
});

describe("labels", () => {
  test.each([
    ["a line of bare paths", "**Files:** src/a.ts, src/b.ts", ["modify src/a.ts", "modify src/b.ts"]],
    ["a line of words", "Files: src/a.ts", ["modify src/a.ts"]],
    ["a later line", "Depends on: Task 2\nFiles: `src/d.ts`", ["modify src/d.ts"]],
    ["a later line, a list below", "Depends on: Task 2\nFiles:\n- Create: `src/d.ts`", ["create src/d.ts"]],
    [
      "a table with actions",
      "Text.\n\n| Action | File |\n|---|---|\n| Create | `a.ts` |\n| Edit | `b.ts` |",
      ["create a.ts", "modify b.ts"],
    ],
    ["a table of something else", "| Status | File |\n|---|---|\n| 404 | `a.ts` |", []],
    ["a colon outside", "**Files**: `a.ts`", ["modify a.ts"]],
    ["to create", "**Files to create:**\n\n- `a.ts`", ["create a.ts"]],
    [
      "to modify, both",
      "**Files to create:** `a.ts`\n**Files to modify:** `b.ts`",
      ["create a.ts", "modify b.ts"],
    ],
    ["modified", "**Modified files:**\n- `a.ts`", ["modify a.ts"]],
    ["new", "**New files:**\n1. `a.ts`", ["create a.ts"]],
    ["target", "**Target file:** `a.ts`", ["modify a.ts"]],
    ["to read", "**Files to read:** `a.ts`", ["read a.ts"]],
    [
      "verbs alone",
      "**Create:** `a/b.ts`\n**Modify:** `c.ts` and `d.ts`",
      ["create a/b.ts", "modify c.ts", "modify d.ts"],
    ],
    [
      "verbs below",
      "**Files:**\n\n**Create:**\n- `a.ts`\n\n**Modify:**\n- `b.ts`",
      ["create a.ts", "modify b.ts"],
    ],
    ["verbs in lines", "**Files:**\nCreate: `a.ts` — new\nModify: `b.ts`", ["create a.ts", "modify b.ts"]],
    [
      "verbs in nested lists",
      "**Files:**\n- Create:\n  - `a.ts`\n- Modify:\n  - `b.ts`",
      ["create a.ts", "modify b.ts"],
    ],
    ["a verb with what is no file", "**Create:** `config.State` struct", []],
    ["a verb with words", "**Update:** the docs say `npm test`", []],
    [
      "a heading",
      "#### Files\n\nThese change:\n\n- Create: `a.ts`\n\n#### Notes\n\n- `b.ts`",
      ["create a.ts"],
    ],
    [
      "a heading with two lists",
      "#### Files to modify\n\n- `a.ts`\n\nAnd:\n\n* `b.ts`",
      ["modify a.ts", "modify b.ts"],
    ],
    [
      "Chinese",
      "**文件：**\n- 创建：`a.ts`\n- 修改: `b.ts`（主体）\n- 测试：`c.ts`",
      ["create a.ts", "modify b.ts", "test c.ts"],
    ],
    ["Chinese, on one line", "**涉及文件**：`a.ts`、`b.ts`（新建）", ["modify a.ts", "create b.ts"]],
    [
      "Chinese, left alone",
      "**文件:**\n- 修改: `a.ts`\n- 不修改: `b.ts`\n- 只读: `c.ts`",
      ["modify a.ts", "read c.ts"],
    ],
    ["what is about files", "**File format:** see below\n\n**Note:** `b.ts`", []],
  ])("%s", (_, body, expected) => {
    expect(usesOf(body)).toEqual(expected);
  });
  test.each([
    [
      "with actions",
      "| Action | File | Why |\n|---|---|---|\n| Create | `a.ts` | x |\n| **Modify** | src/b.ts:3 | see `c.ts` |",
      ["create a.ts", "modify src/b.ts"],
    ],
    ["with prose", "| File | Change |\n| --- | :-: |\n| `a.ts` | Add `x/y.ts` to it |", ["modify a.ts"]],
    ["with what stays", "| File | Change |\n|--|--|\n| `a.ts` | No changes required |", ["read a.ts"]],
    [
      "with what is read",
      "| File | Change |\n|--|--|\n| `a.ts` | read only |\n| `b.ts` | Context |",
      ["read a.ts", "read b.ts"],
    ],
    ["without outer bars", "File | Type\n---|---\n`a.ts` | NEW", ["create a.ts"]],
  ])("a table %s", (_, table, expected) => {
    expect(usesOf(`**Files:**\n\n${table}`)).toEqual(expected);
    expect(usesOf(`**Files:**\n${table}`)).toEqual(expected);
  });
});

describe("code below a label", () => {
  test.each([
    ["of paths", "```\nsrc/a.ts\nCreate: src/b.ts (core)\n```", ["modify src/a.ts", "create src/b.ts"]],
    ["of what stays", "```text\nCreate: src/a.ts\nDo not modify: src/b.ts\n```", ["create src/a.ts"]],
    ["of a program", "```ts\n// src/a.ts\n```", []],
    ["behind a path", "`a.ts`\n\n```\nsrc/b.ts\n```", ["modify a.ts"]],
  ])("%s", (_, code, expected) => {
    expect(usesOf(`**Files:** ${code.startsWith("`a") ? "" : "\n\n"}${code}`)).toEqual(expected);
  });
});

describe("warnings", () => {
  const warnings = (body: string) =>
    read(body).problems.map(({ code, severity, place, message }) => ({
      code,
      severity,
      line: place.line,
      message,
    }));
  test.each([
    ["words", "**Files:** the settings page", "the settings page"],
    ["a list of words", "**Files:**\n\n- Modify: the parser\n- Settings page", "Modify: the parser"],
    ["a heading", "#### Files\n\n- Settings page", "Settings page"],
    [
      "a drawn tree",
      "**Files to create:**\n```\nsrc/\n├── a.ts\n└── b.ts\n```",
      "src/\\n├── a.ts\\n└── b.ts",
    ],
    ["a tree of spaces", "**Files:**\n```\nsrc/\n  a.ts\n```", "src/\\n  a.ts"],
    [
      "a table",
      "**Files:**\n\n| File | Why |\n|---|---|\n| Parser | slow |",
      "| File | Why |\\n|---|---|\\n| Parser | slow |",
    ],
  ])("%s that names no path", (_, body, found) => {
    expect(warnings(body)).toEqual([
      {
        code: "unread-files",
        severity: "warning",
        line: 5,
        message: `expected paths behind a label of files, found "${found}"`,
      },
    ]);
  });
  test.each([
    ["none", "**Files:** none"],
    ["none, in a list", "**Files:**\n- None (verification only)"],
    ["a remark", "**Files:** (verification only)"],
    ["no changes", "**Files:** No source changes unless a test fails"],
    ["all of them", "**Files:**\n- All modified files"],
    ["what is only verified", "**Files:**\n- Verify the whole\n- Update the boxes"],
    ["a condition", "**Files:**\n- Possibly modify: various docs"],
    ["an example", "**Files:**\n- Modify: one of them (e.g., `a.ts`)"],
    ["nothing", "**Files:**\n\nText."],
    ["other words", "**File format:** see below"],
    ["code to write", "**File:** `a.ts`\n\n```\nx\n```"],
    ["a verb alone", "**Create:** the `State` struct"],
  ])("none of %s", (_, body) => {
    expect(warnings(body)).toEqual([]);
  });
  test("one for all that lies outside of the project, which is not claimed", () => {
    const { plan, problems } = parsePlan(
      "### Task 1: A\n\n**Files:**\n- Modify: `a.ts`, `../b/c.ts`\n- Read: `/etc/hosts`\n\n### Task 2: B\n\n**Files:**\n- Create: `/etc/x.conf`, `~/.y`, `C:\\Windows\\z.ini`\n",
      "plan.md",
    );
    expect(plan.tasks.map(({ files }) => files)).toEqual([["a.ts"], []]);
    expect(problems).toEqual([
      expect.objectContaining({
        code: "files-outside",
        severity: "warning",
        place: { file: "plan.md", line: 1, column: 1 },
      }),
    ]);
    expect(problems[0]?.message).toContain('"../b/c.ts" and 3 more');
  });
  test("an absolute path may lie in the project, wherever that is", () => {
    const { files, problems } = read(list("Modify: `/srv/p/src/a.ts`, `C:\\p\\b.ts`"));
    expect(files).toEqual(["/srv/p/src/a.ts", "C:/p/b.ts"]);
    expect(problems).toEqual([]);
  });
});

describe("steps", () => {
  const filesOf = (body: string) => read(body).files;
  test.each([
    ["several", "Create `src/a.ts`, `src/b.ts` and `src/c.ts`.", ["src/a.ts", "src/b.ts", "src/c.ts"]],
    ["later in a paragraph", "Open it. Update `src/a.ts`, then create `src/b.ts`.", ["src/a.ts", "src/b.ts"]],
    ["in a box", "- [ ] **Step 2:** Create `src/a.ts`", ["src/a.ts"]],
    ["alone in a flat project", "Create `index.html` and `style.css`", ["index.html", "style.css"]],
    ["beside others", "**Files:** `src/a.ts`\n\nUpdate `README.md`. Edit `b.ts`.", ["src/a.ts", "README.md"]],
    [
      "Chinese",
      "**步骤 1：修改 `src/a.ts`**\n\n创建 `src/b.ts`、`src/c.ts`：",
      ["src/a.ts", "src/b.ts", "src/c.ts"],
    ],
    ["not to be changed", "不要修改 `src/a.ts`\n\nDo not edit `src/b.ts`.", []],
    ["backslashes", "Create `src\\a.ts`:", ["src/a.ts"]],
    ["a name", "Create `agent/model` and `StartRequest.Model`", []],
    ["a route", "Update `/v1/models`. Replace `/v1/list`.", []],
    ["a package", "Update `gopkg.in/yaml.v3` and `@scope/name`", []],
    ["endings", "Replace `.sh` and `.ts`", []],
  ])("%s", (_, body, expected) => {
    expect(filesOf(body)).toEqual(expected);
  });
});

test.each([
  ["commas in an open brace", `Create: \`{${",".repeat(50_000)}\``],
  ["colons", `Create: \`${":".repeat(50_000)}\``],
  ["a long word", `Create ${"a".repeat(50_000)} b \`c.ts\``],
  ["spaces between paths", `\`a.ts\`${" ".repeat(50_000)}x \`b.ts\``],
  ["stops", `a${".".repeat(50_000)}b`],
  ["paths in prose", "so a/b.ts ".repeat(5_000)],
])("a line of nothing but %s is read in no time", (_, line) => {
  const text = `**Files:**\n\n- ${line}\n\n${line}\n\n| File |\n|---|\n| ${line} |\n`;
  expect(cpuTime(() => read(text))).toBeLessThan(3000);
});
