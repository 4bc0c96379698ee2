import { mkdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { Rig } from "../rig.ts";

const plan = `# Counter

### Task 1: Tokenizer

**Files:**
- Create: \`src/tokenizer.ts\`

### Task 2: Counter

**Files:**
- Create: \`src/counter.ts\`

Uses \`src/tokenizer.ts\`.

### Task 3: Settings

**Depends on:** none

**Files:**
- Create: \`src/settings.ts\`

### Task 4: Final verification

Run everything.
`;
const fifth = "\n### Task 5: Publish\n\n**Depends on:** Task 4\n";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});
async function project(files: Readonly<Record<string, string>> = { "plan.md": plan }) {
  const rig = await Rig.make(files);
  rigs.push(rig);
  return rig;
}
const manifestOf = (rig: Rig) => readFile(join(rig.dir, "plan.exec.yaml"), "utf8");

describe("interserve plan", () => {
  test("writes a manifest next to the plan, with its schema and the evidence for each dependency", async () => {
    const rig = await project();
    const ended = await rig.run("plan", "plan.md");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toContain("4 tasks in 3 stages, dependency-driven");
    expect(
      await manifestOf(rig),
    ).toBe(`# yaml-language-server: $schema=https://unpkg.com/interserve/schemas/exec-manifest.schema.json
# Derived from plan.md by \`interserve plan\`. Comments give the reason for each dependency; \`--update\` keeps your edits.

version: 1
mode: dependency-driven
tier: deep
max_parallel: 5
timeout_per_task: 1800
stages:
  - name: Stage 1
    tasks:
      - id: task-1
        title: Tokenizer
        files: [src/tokenizer.ts]
        depends: []
  - name: Stage 2
    tasks:
      - id: task-2
        title: Counter
        files: [src/counter.ts]
        # task-1: creates \`src/tokenizer.ts\`, which this task names [created-file]
        depends: [task-1]
      - id: task-3
        title: Settings
        files: [src/settings.ts]
        depends: []
  - name: Stage 3
    tasks:
      - id: task-4
        title: Final verification
        files: []
        # task-3: "Final verification" covers all tasks before it [gate]
        # task-2: "Final verification" covers all tasks before it [gate]
        depends: [task-2, task-3]
        tier: fast

# Record of derived values, by which --update recognises your edits. Leave it here:
# derived: mode e6a4ad52, tier c0e875d6, max_parallel ef2d127d
# derived task-1: title 28a5e5f9, files 9b903399, depends 4f53cda1
# derived task-2: title cf202fe1, files 9623a3b8, depends e056239c
# derived task-3: title 83909f82, files d710d442, depends 4f53cda1
# derived task-4: title b3010c5c, files 4f53cda1, depends 3a157841, tier 079c9d12
`);
    expect((await rig.run("check", "plan.exec.yaml")).code).toBe(0);
  });

  test("never overwrites a manifest without --force", async () => {
    const rig = await project({ "plan.md": plan, "plan.exec.yaml": "mine" });
    const refused = await rig.run("plan", "plan.md");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("already exists\n  hint: --update applies");
    expect(await manifestOf(rig)).toBe("mine");
    expect((await rig.run("plan", "plan.md", "--force")).code).toBe(0);
    expect(await manifestOf(rig)).toContain("id: task-4");
  });

  test("does not overwrite a dangling link", async () => {
    const rig = await project();
    await symlink("nowhere.yaml", join(rig.dir, "plan.exec.yaml"));
    expect(await rig.run("plan", "plan.md")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("already exists"),
    });
    expect(await readlink(join(rig.dir, "plan.exec.yaml"))).toBe("nowhere.yaml");
  });

  test("reports a manifest that cannot be written, with what was found and what to do", async () => {
    const rig = await project();
    const lost = await rig.run("plan", "plan.md", "-o", "no/such/dir/x.yaml");
    expect(lost.code).toBe(2);
    expect(lost.stderr).toMatch(
      /cannot write x\.yaml: there is no directory \S+such\/dir\n {2}hint: create it/,
    );
    await mkdir(join(rig.dir, "d.yaml"));
    for (const flag of ["--force", "--json"]) {
      const directory = await rig.run("plan", "plan.md", "-o", "d.yaml", flag);
      expect(directory.code).toBe(2);
      expect(directory.stderr).toMatch(
        /expected a file to write, found the directory \S+d\.yaml\n {2}hint: name a file/,
      );
    }
  });

  test("-o, --mode and --tier override what is derived", async () => {
    const rig = await project();
    expect(
      (await rig.run("plan", "plan.md", "-o", "x.yaml", "--mode", "manual-batching", "--tier", "fast")).code,
    ).toBe(0);
    const text = await readFile(join(rig.dir, "x.yaml"), "utf8");
    expect(text).toContain("mode: manual-batching\ntier: fast\n");
    expect(text.match(/tier:/g)).toHaveLength(1);
    const wrong = await rig.run("plan", "plan.md", "-o", "x.md");
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("expected a file name that ends in .yaml"),
    });
  });

  test("names the schema of the installed package, if there is one", async () => {
    const rig = await project({
      "docs/plans/plan.md": plan,
      "node_modules/interserve/schemas/exec-manifest.schema.json": "{}",
    });
    await rig.run("plan", "docs/plans/plan.md");
    expect(await readFile(join(rig.dir, "docs/plans/plan.exec.yaml"), "utf8")).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/\.\.\/node_modules\/interserve\/schemas\/exec-manifest\.schema\.json\n/,
    );
  });

  test.each([
    ["all-parallel", "### Task 1: A\n\n### Task 2: B\n"],
    [
      "all-sequential",
      "### Task 1: A\n\n### Task 2: B\n\n**Depends on:** Task 1\n\n### Task 3: C\n\n**Depends on:** Task 2\n",
    ],
  ])("derives mode %s from the order", async (mode, text) => {
    const rig = await project({ "plan.md": text });
    await rig.run("plan", "plan.md");
    expect(await manifestOf(rig)).toContain(`mode: ${mode}\n`);
  });

  test("reports tasks without evidence, and files that unordered tasks write", async () => {
    const shared = (title: string) =>
      `### ${title}\n\n**Depends on:** none\n\n**Files:**\n- Modify: \`src/main.ts\`\n`;
    const rig = await project({
      "plan.md": `${shared("Task 1: A")}\n${shared("Task 2: B")}\n### Task 3: Else\n`,
    });
    const { stderr } = await rig.run("plan", "plan.md");
    expect(stderr).toContain(
      'plan.md:15:1 warning no-evidence: the plan does not say what task "task-3" (Else) depends on',
    );
    expect(stderr).toContain(
      'warning file-conflict: "task-1" and "task-2" write "src/main.ts", but the plan does not say in which order',
    );
    expect(await manifestOf(rig)).not.toContain("depends: [task-1]");
  });
});

describe("a task that needs a person's approval", () => {
  const asking = `\n### Task 5: Close the ticket\n\n**Files:**\n- Modify: \`CHANGELOG.md\` if it exists\n\n**Irreversible — confirm with the user before running.**\n`;

  test("is left out and reported, and is no drift", async () => {
    const rig = await project({ "plan.md": plan + asking });
    const { code, stdout, stderr } = await rig.run("plan", "plan.md");
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("4 tasks in") });
    expect(stderr).toMatch(/warning asks-first: task "task-5" \(Close the ticket\) is left out/);
    const text = await manifestOf(rig);
    expect(text).not.toContain("id: task-5");
    expect(text).toContain(
      '# Left out: task-5 (Close the ticket): it says "Irreversible — confirm with the user before running."',
    );
    expect(await rig.run("plan", "plan.md", "--check")).toMatchObject({ code: 0 });
    expect(await rig.run("plan", "plan.md", "--update")).toMatchObject({
      stdout: expect.stringContaining("up to date"),
    });
    const added = text.replace(/\n# Left out/, "\n      - id: task-5\n        depends: [task-4]\n# Left out");
    await writeFile(join(rig.dir, "plan.exec.yaml"), added);
    expect(await rig.run("plan", "plan.md", "--check")).toMatchObject({ code: 0 });
  });

  const drop =
    "\n### Task 5: Drop the production table\n\n**Depends on:** Task 3\n\n**Irreversible — confirm with the user before running.**\n";
  const last = "\n### Task 6: Final verification\n\nRun everything.\n";
  const early = plan.replace(/### Task 4[\s\S]*/, "");

  test("is left out if a final task depends on it only by inference; that task depends on the ones before it", async () => {
    const rig = await project({ "plan.md": early + drop + last });
    const { stderr } = await rig.run("plan", "plan.md");
    expect(stderr).toMatch(/asks-first: task "task-5" \(Drop the production table\) is left out/);
    const text = await manifestOf(rig);
    expect(text).not.toContain("id: task-5");
    expect(text).toContain("depends: [task-2, task-3]");
    expect(await rig.run("check", "plan.exec.yaml")).toMatchObject({ code: 0 });
  });

  test("is left out together with such a task that depends on it", async () => {
    const other = drop.replace("Task 5: Drop", "Task 6: Purge").replace("on:** Task 3", "on:** Task 5");
    const rig = await project({ "plan.md": early + drop + other + last.replace("6", "7") });
    expect((await rig.run("plan", "plan.md")).stderr.match(/is left out/g)).toHaveLength(2);
    const text = await manifestOf(rig);
    expect(text).not.toMatch(/id: task-[56]/);
    expect(text).toContain("depends: [task-2, task-3]");
  });

  test("stays, with a warning, if another task depends on it", async () => {
    const user = fifth.replace("5", "6").replace("Task 4", "Task 5");
    const rig = await project({ "plan.md": early + drop + user });
    const { stderr } = await rig.run("plan", "plan.md");
    expect(stderr).toMatch(
      /warning asks-first: task "task-5" .* stays in the manifest, because task "task-6" depends on it/,
    );
    expect(stderr).toContain("its agent is told to ask you");
    expect(await manifestOf(rig)).toContain("id: task-5");
  });

  test("stays if it certainly writes a file", async () => {
    const rig = await project({ "plan.md": plan + asking.replace(" if it exists", "") });
    const { stderr } = await rig.run("plan", "plan.md");
    expect(stderr).not.toContain("asks-first");
    expect(await manifestOf(rig)).toContain("id: task-5");
  });
});

describe("--update", () => {
  /** A derived manifest that a person has edited, next to a plan that has changed since. */
  async function changed(edit: (manifest: string) => string, change: (plan: string) => string) {
    const rig = await project();
    await rig.run("plan", "plan.md");
    const edited = edit(await manifestOf(rig));
    await writeFile(join(rig.dir, "plan.exec.yaml"), edited);
    await writeFile(join(rig.dir, "plan.md"), change(plan));
    return { rig, edited };
  }
  const withoutRecord = (text: string) => text.replace(/^# (derived|Record of derived).*\n/gm, "");

  test("adds new tasks and keeps what a person wrote, byte for byte", async () => {
    const { rig, edited } = await changed(
      (text) =>
        text
          .replace("title: Counter", "title:   'The counter' # mine")
          .replace("max_parallel: 5", "max_parallel: 2   # laptop\n\n\n"),
      (text) => text + fifth,
    );
    const ended = await rig.run("plan", "plan.md", "--update");
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining("added task-5: Publish") });
    const after = await manifestOf(rig);
    expect(withoutRecord(after)).toBe(
      withoutRecord(edited).replace(
        /\n$/,
        '      - id: task-5\n        title: Publish\n        files: []\n        # task-4: "Task 4" [field]\n        depends: [task-4]\n        tier: fast\n\n',
      ),
    );
    expect((await rig.run("plan", "plan.md", "--update")).stdout).toContain("up to date");
    expect(await manifestOf(rig)).toBe(after);
  });

  test("applies changes of a task in the plan, and prints old and new values", async () => {
    const { rig } = await changed(
      (text) => text.replace("id: task-3", "id: task-3\n        prompt_hint: mine"),
      (text) =>
        text
          .replace("Task 3: Settings", "Task 3: Options")
          .replace("src/settings.ts", "src/options.ts")
          .replace(
            "**Depends on:** none",
            "**Depends on:** Task 1\n\n<verify>\n- run: `npm test`\n</verify>",
          ),
    );
    const { code, stdout, stderr } = await rig.run("plan", "plan.md", "--update");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`
  task-3 title: Settings → Options
  task-3 files: [src/settings.ts] → [src/options.ts]
  task-3 depends: [] → [task-1]
  task-3 verify: [] → [npm test]
`);
    expect(await manifestOf(rig)).toContain(`      - id: task-3
        prompt_hint: mine
        title: Options
        files: [src/options.ts]
        # task-1: "Task 1" [field]
        depends: [task-1]
        verify:
          - run: npm test
            expect: exit 0
`);
    expect((await rig.run("plan", "plan.md", "--check")).code).toBe(0);
  });

  test("changes a tier with the plan if nobody has edited it", async () => {
    const light = (text: string) =>
      text.replace(/(Task 3: )Settings[\s\S]*(?=### Task 4)/, "$1Verify all\n\n");
    const heavy = (text: string) => text.replace("Task 4: Final verification", "Task 4: Command line");
    const change = (text: string) => heavy(light(text));
    const { rig } = await changed((text) => text.replace("tier: fast\n", "tier: fast # mine\n"), change);
    const { stdout } = await rig.run("plan", "plan.md", "--update");
    expect(stdout).toContain("task-3 tier: default → fast\n");
    expect(stdout).toContain("task-4 tier: fast → default\n");
    const text = await manifestOf(rig);
    expect(text).toMatch(/id: task-3\n(?: {8}.*\n)* {8}tier: fast\n/);
    expect(text).toMatch(/depends: \[\S+\]\n +# mine\n\n/);
    expect((await rig.run("plan", "plan.md", "--update")).stdout).toContain("up to date");
  });

  test("keeps a tier that a person wrote, and one that is not in an older record", async () => {
    const own = await changed(
      (text) => text.replace("tier: fast", "tier: deep"),
      (text) => text.replace("Task 4: Final verification", "Task 4: Command line"),
    );
    expect((await own.rig.run("plan", "plan.md", "--update")).stdout).toContain(
      "task-4 tier: kept deep, which you edited; the plan has default\n",
    );
    const older = await changed(
      (text) => text.replace(/, tier \w+/g, ""),
      (text) => text.replace("Task 4: Final verification", "Task 4: Command line"),
    );
    const { stdout } = await older.rig.run("plan", "plan.md", "--update");
    expect(stdout).toContain("task-4 title");
    expect(stdout).not.toContain("tier");
    expect(await manifestOf(older.rig)).toContain("tier: fast\n");
    expect((await older.rig.run("plan", "plan.md", "--check")).code).toBe(0);
  });

  test("keeps the person's value if the plan has changed it too, and --check reports it until both agree", async () => {
    const { rig } = await changed(
      (text) => text.replace("title: Counter", "title: Mine").replace("[src/counter.ts]", "[src/mine.ts]"),
      (text) => text.replace("Task 2: Counter", "Task 2: Theirs"),
    );
    const updated = await rig.run("plan", "plan.md", "--update");
    expect(updated).toMatchObject({ code: 0, stdout: expect.stringContaining("up to date") });
    expect(updated.stderr).toContain(
      'warning plan-drift: "title" of task "task-2" is "Mine", but "Theirs" in the plan',
    );
    const checked = await rig.run("plan", "plan.md", "--check");
    expect(checked.code).toBe(1);
    expect(checked.stderr).toContain(
      "change the plan to match, or take the plan's value with `--update --force`",
    );
    const forced = await rig.run("plan", "plan.md", "--update", "--force");
    expect(forced.stdout).toContain(
      "task-2 title: Mine → Theirs\n  task-2 files: [src/mine.ts] → [src/counter.ts]",
    );
    expect((await rig.run("plan", "plan.md", "--check")).code).toBe(0);
  });

  test("adds a task in the middle, and later tasks keep what a person wrote under their new ids", async () => {
    const { rig } = await changed(
      (text) => text.replace("title: Settings", "title: Settings\n        tier: fast # small"),
      (text) =>
        text
          .replace("Task 4: Final", "Task 5: Final")
          .replace(
            "### Task 3: Settings",
            "### Task 3: Cache\n\nUses `src/counter.ts`.\n\n### Task 4: Settings",
          ),
    );
    const foreseen = JSON.parse((await rig.run("plan", "plan.md", "--check", "--json")).stdout).drift;
    expect(foreseen.map(({ kind, id }: { kind: string; id: string }) => `${kind} ${id}`)).toEqual([
      "renumbered task-4",
      "renumbered task-5",
      "missing task-3",
      "changed task-5",
    ]);
    expect((await rig.run("plan", "plan.md", "--update")).stdout).toContain(`
  renamed task-3 to task-4
  renamed task-4 to task-5
  added task-3: Cache
  task-5 depends: [task-2, task-4] → [task-3, task-4]
`);
    const text = await manifestOf(rig);
    expect(text).toContain("id: task-4\n        title: Settings\n        tier: fast # small\n");
    expect(text).toContain("depends: [task-3, task-4]");
    expect((await rig.run("check", "plan.exec.yaml")).code).toBe(0);
    expect((await rig.run("plan", "plan.md", "--check")).code).toBe(0);
  });

  test.each([
    ["with a record", (text: string) => text],
    ["without a record", withoutRecord],
  ])("replaces the evidence for a dependency with that of the changed plan, %s", async (_, edit) => {
    const { rig } = await changed(edit, (text) =>
      `${text}${fifth}`
        .replace("Task 5: Publish\n\n**Depends on:** Task 4", "Task 5: Base\n\n**Depends on:** Task 3")
        .replace("### Task 2: Counter\n", "### Task 2: Counter\n\n**Depends on:** Tasks 1 and 5\n"),
    );
    await rig.run("plan", "plan.md", "--update");
    expect(await manifestOf(rig)).toMatch(
      /files: \[src\/counter.ts\]\n +# task-1: "Tasks 1 and 5" \[field\]\n +# task-5: "Tasks 1 and 5" \[field\]\n +depends: \[task-1, task-5\]\n/,
    );
  });

  test("recognizes a task with a new number and a new title by its files", async () => {
    const { rig } = await changed(
      (text) => text.replace("title: Settings", "title: Settings\n        prompt_hint: mine"),
      (text) =>
        text
          .replace("Task 4: Final", "Task 5: Final")
          .replace(
            "### Task 3: Settings",
            "### Task 3: Cache\n\nUses `src/counter.ts`.\n\n### Task 4: Options",
          ),
    );
    const { stdout, stderr } = await rig.run("plan", "plan.md", "--update");
    expect(stdout).toContain(`
  renamed task-3 to task-4
  renamed task-4 to task-5
  added task-3: Cache
  task-4 title: Settings → Options
`);
    expect(stderr).not.toContain("plan-drift");
    expect(await manifestOf(rig)).toContain(
      "id: task-4\n        title: Options\n        prompt_hint: mine\n",
    );
    expect((await rig.run("plan", "plan.md", "--check")).code).toBe(0);
  });

  test("keeps a task apart from one that it may have become, and names that one", async () => {
    const { rig } = await changed(
      (text) => text.replace("title: Settings", "title: Settings\n        prompt_hint: mine"),
      (text) =>
        text
          .replace(/### Task 3: Settings[\s\S]*(?=### Task 4)/, "")
          .replace(
            "### Task 1",
            "### Task 0: Options\n\n**Files:**\n- Create: `src/settings.ts`\n\n### Task 1",
          )
          .replace("Task 4: Final", "Task 3: Final"),
    );
    const { stdout, stderr } = await rig.run("plan", "plan.md", "--update");
    expect(stdout).toContain("added task-0: Options");
    expect(stderr).toContain('task "task-3-gone" is not in the plan; it may be "task-0" now\n');
    expect(stderr).toContain(
      'if so, move your edits to "task-0"; then remove it, or add a heading for it to the plan',
    );
    expect(await manifestOf(rig)).toContain(
      "id: task-3-gone\n        title: Settings\n        prompt_hint: mine\n",
    );
  });

  test("keeps a task that is no longer in the plan, and reports it", async () => {
    const { rig, edited } = await changed(
      (text) => text,
      (text) => text.replace(/### Task 3[\s\S]*(?=### Task 4)/, ""),
    );
    const updated = await rig.run("plan", "plan.md", "--update");
    expect(updated.stderr).toContain('task "task-3" is not in the plan\n');
    expect(await manifestOf(rig)).toContain("id: task-3");
    expect(edited).toContain("depends: [task-2, task-3]");
    expect(updated.stdout).toContain("task-4 depends: [task-2, task-3] → [task-2]");
    const checked = await rig.run("plan", "plan.md", "--check");
    expect(checked).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("remove it, or add a heading"),
    });
  });

  test("reports unsettled differences at their places in the new text", async () => {
    const { rig } = await changed(
      (text) => text.replace("title: Settings", "title: Mine"),
      (text) =>
        text
          .replace("Task 2: Counter", "Task 2: Cache\n\nUses `src/tokenizer.ts`.\n\n### Task 3: Counter")
          .replace("Task 3: Settings", "Task 4: Settings")
          .replace("Task 4: Final", "Task 5: Final")
          .replace("**Depends on:** none", "**Depends on:** Task 1"),
    );
    const { stderr } = await rig.run("plan", "plan.md", "--update");
    const [, line] =
      /plan\.exec\.yaml:(\d+):\d+ warning plan-drift: "title" of task "task-4" is "Mine"/.exec(stderr) ?? [];
    expect((await manifestOf(rig)).split("\n")[Number(line) - 1]).toBe("      - id: task-4");
  });

  const withoutThird = (text: string) =>
    text
      .replace(/ {6}- id: task-3\n(?: {8}.*\n)*/, "")
      .replace(/ *# task-3: .*\n/, "")
      .replace("[task-2, task-3]", "[task-2]");

  test("leaves out a task that a person removed, until its line in the record is removed too", async () => {
    const { rig, edited } = await changed(withoutThird, (text) => text);
    expect(edited).not.toContain("id: task-3");
    expect(await rig.run("plan", "plan.md", "--check")).toMatchObject({
      code: 0,
      stdout: "plan.exec.yaml agrees with the plan: 3 tasks; without task-3, which you removed\n",
    });
    const updated = await rig.run("plan", "plan.md", "--update");
    expect(updated).toMatchObject({ code: 0, stdout: expect.stringContaining("up to date"), stderr: "" });
    const after = await manifestOf(rig);
    expect(withoutRecord(after)).toBe(withoutRecord(edited));
    expect(after).toContain("# derived task-3: ");
    await writeFile(join(rig.dir, "plan.exec.yaml"), after.replace(/# derived task-3: .*\n/, ""));
    expect((await rig.run("plan", "plan.md", "--update")).stdout).toContain(`
  added task-3: Settings
  task-4 depends: [task-2] → [task-2, task-3]
`);
  });

  test("leaves out a removed task under a new number too, and adds a task that depends on it without that dependency", async () => {
    const { rig } = await changed(withoutThird, (text) =>
      text
        .replace("Task 4: Final", "Task 6: Final")
        .replace(
          "### Task 3: Settings",
          "### Task 3: Cache\n\n**Depends on:** Task 2\n\n### Task 4: Settings",
        )
        .replace("### Task 6", "### Task 5: Flags\n\n**Depends on:** Task 4, Task 1\n\n### Task 6"),
    );
    const { stdout } = await rig.run("plan", "plan.md", "--update");
    expect(stdout).toContain("added task-3: Cache");
    expect(stdout).not.toContain("Settings");
    const text = await manifestOf(rig);
    expect(text).toContain(
      'title: Flags\n        files: []\n        # task-1: "Task 4, Task 1" [field]\n        depends: [task-1]\n',
    );
    expect(await rig.run("check", "plan.exec.yaml")).toMatchObject({ code: 0 });
    expect((await rig.run("plan", "plan.md", "--check")).stdout).toContain(
      "without task-4, which you removed",
    );
    expect((await rig.run("plan", "plan.md", "--update")).stdout).toContain("up to date");
    expect(await manifestOf(rig)).toBe(text);
  });

  test("leaves out a dependency that contradicts the manifest's stages, and says why", async () => {
    const { rig } = await changed(
      (text) => text,
      (text) => text.replace("**Depends on:** none", "**Depends on:** Task 4"),
    );
    const { stdout } = await rig.run("plan", "plan.md", "--update");
    expect(stdout).toContain('left out that task-3 depends on task-4: it is in the later stage "Stage 3"\n');
    expect((await rig.run("check", "plan.exec.yaml")).code).toBe(0);
    expect((await rig.run("plan", "plan.md", "--check")).code).toBe(0);
  });

  test("changes only the list of tasks in a manifest that a person wrote", async () => {
    const own =
      "version: 1\nmode: all-parallel\nstages: [{name: All, tasks: [{id: task-1, title: Mine}, {id: x, run: make}]}]\n";
    const rig = await project({ "plan.md": "### Task 1: A\n\n### Task 2: B, c\n", "plan.exec.yaml": own });
    const updated = await rig.run("plan", "plan.md", "--update");
    expect(updated.stdout).toContain("added task-2: B, c");
    expect(await manifestOf(rig)).toContain(
      '{id: x, run: make}, {id: task-2, title: "B, c", files: [], depends: []}]}]\n',
    );
    const { code, stderr } = await rig.run("plan", "plan.md", "--check");
    expect({ code, drifts: stderr.match(/plan-drift: .*/g) }).toEqual({
      code: 1,
      drifts: ['plan-drift: "title" of task "task-1" is "Mine", but "A" in the plan'],
    });
  });

  test("reports the place of an error in the manifest, and does not change it", async () => {
    const rig = await project({ "plan.md": plan, "plan.exec.yaml": "version: 1\nmode: fast\nstages: []\n" });
    const ended = await rig.run("plan", "plan.md", "--update");
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("plan.exec.yaml:2:7 error unknown-mode"),
    });
    expect(await manifestOf(rig)).toBe("version: 1\nmode: fast\nstages: []\n");
  });
});

describe("--check", () => {
  test("exits with 0 if manifest and plan agree, and with 1 and the place of each difference if not", async () => {
    const rig = await project();
    await rig.run("plan", "plan.md");
    expect(await rig.run("plan", "plan.md", "--check")).toMatchObject({
      code: 0,
      stdout: "plan.exec.yaml agrees with the plan: 4 tasks\n",
    });
    const changed = plan
      .replace("Task 2: Counter", "Task 2: Count")
      .replace("src/settings.ts", "src/options.ts");
    await writeFile(join(rig.dir, "plan.md"), changed.replace("Task 4:", "Task 9:"));
    const before = await manifestOf(rig);
    const { code, stderr } = await rig.run("plan", "plan.md", "--check");
    expect(code).toBe(1);
    expect(stderr).toContain('"title" of task "task-2" is "Counter", but "Count" in the plan');
    expect(stderr).toContain(
      '"files" of task "task-3" differs from the plan: lacks "src/options.ts", has "src/settings.ts"',
    );
    expect(stderr).toContain('task "task-4" has the id "task-9" in the plan');
    expect(await manifestOf(rig)).toBe(before);
  });
  test("exits with 2 if there is no manifest", async () => {
    const rig = await project();
    expect((await rig.run("plan", "plan.md", "--check")).code).toBe(2);
  });
});

test("--json prints manifest, evidence and problems, and writes nothing", async () => {
  const rig = await project();
  const { code, stdout } = await rig.run("plan", "plan.md", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    manifest: { version: 1, mode: "dependency-driven", stages: [{ name: "Stage 1" }, {}, {}] },
    evidence: expect.arrayContaining([
      {
        from: "task-1",
        to: "task-2",
        kind: "created-file",
        detail: "creates `src/tokenizer.ts`, which this task names",
      },
    ]),
    problems: [],
  });
  await expect(manifestOf(rig)).rejects.toThrow("ENOENT");
});

test("a plan without tasks and a missing plan are errors", async () => {
  const rig = await project({ "plan.md": "# Nothing\n" });
  expect(await rig.run("plan", "plan.md")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("plan-without-tasks"),
  });
  expect(await rig.run("plan", "no.md")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("file-not-found"),
  });
});

test("a Task Master file can be derived, checked and run like a plan", async () => {
  const tasks = {
    master: {
      tasks: [
        { id: 1, title: "A", dependencies: [] },
        { id: 2, title: "B", dependencies: [1] },
      ],
    },
  };
  const rig = await project({ "tasks.json": JSON.stringify(tasks) });
  expect((await rig.run("plan", "tasks.json")).code).toBe(0);
  const shown = JSON.parse((await rig.run("show", "tasks.exec.yaml", "--json")).stdout);
  expect(shown.waves).toEqual([["task-1"], ["task-2"]]);
  const dry = await rig.run("run", "tasks.exec.yaml", "--dry-run");
  expect(dry).toMatchObject({ code: 0, stderr: "" });
});
