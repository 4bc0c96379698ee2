import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({
    "plan.md": "# Plan\n\n### Task 1: Alpha\n\nDo it.\n",
    "plan.exec.yaml":
      "version: 1\nmode: all-parallel\nstages: [{ name: s, tasks: [{ id: a, prompt: Do it. }] }]\n",
  });
  git("init", "-q");
});
afterEach(() => rig.close());

const git = (...args: string[]) => execFileSync("git", args, { cwd: rig.dir, stdio: "pipe" });
const project = (text: string) => rig.file("interserve.config.yaml", text);
/** Runs a command as a user who trusts no project by default. */
const as = (args: string, env: Readonly<Record<string, string>> = {}, cwd = rig.dir) =>
  rig.command(args.split(" "), { INTERSERVE_TRUST: "", ...env }, cwd).ended;
const marker = (name = "marker") => join(rig.dir, name);
const touching = (name = "marker") =>
  `engine: command\nengines: { command: { run: touch ${marker(name)} } }\n`;

describe("the configuration of a project that is not approved", () => {
  test("names no command, and the error says how to approve it", async () => {
    await project(touching());
    const { code, stderr } = await as("run plan.exec.yaml");
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^\S+interserve\.config\.yaml:2:23 warning not-approved: "engines\.command\.run" names a program to start: it is ignored, because you have not approved this project's configuration$/m,
    );
    expect(stderr).toContain(
      `hint: if you trust this project, run \`interserve trust --project-dir ${rig.dir}\` once, or set it in ${rig.dir}/home/interserve/config.yaml`,
    );
    expect(stderr).toMatch(/^error: The engine "command" has nothing to run for "a"/m);
    expect(stderr).toContain(
      "hint: this project's configuration sets engines.command.run, which `interserve trust` approves\n",
    );
    expect(existsSync(marker())).toBe(false);
  });

  test("lets the user's own command run in place of the project's", async () => {
    await rig.file("home/interserve/config.yaml", `engines: { command: { run: touch ${marker("own")} } }\n`);
    await project(touching());
    const { code, stderr } = await as("run plan.exec.yaml");
    expect([code, stderr]).toEqual([0, expect.stringContaining("not-approved")]);
    expect([existsSync(marker("own")), existsSync(marker())]).toEqual([true, false]);
  });

  test("loosens no sandbox and widens no environment of an agent", async () => {
    const bin = await programs({ codex: 'echo "$* TOKEN=$MY_TOKEN" > args.txt; exit 1' });
    await project("engines: { codex: { sandbox: danger-full-access, env: ['*', MY_TOKEN], model: m } }\n");
    const { stderr } = await as("run plan.exec.yaml", { ...bin, MY_TOKEN: "t" });
    expect(stderr.match(/not-approved: "[\w.]+"/g)).toEqual([
      'not-approved: "engines.codex.sandbox"',
      'not-approved: "engines.codex.env"',
    ]);
    expect(await readFile(join(rig.dir, "args.txt"), "utf8")).toMatch(
      /-s workspace-write .*-m m .*TOKEN=\n$/,
    );
  });

  test("is reported by show, check, a dry run and doctor", async () => {
    await project(touching());
    for (const args of ["show plan.exec.yaml", "show plan.md", "run plan.exec.yaml --dry-run", "doctor"]) {
      expect((await as(args)).stderr, args).toContain("warning not-approved");
    }
    const checked = await as("check plan.exec.yaml --json");
    expect([checked.code, JSON.parse(checked.stdout)]).toMatchObject([
      0,
      { valid: true, problems: [{ code: "not-approved", line: 2 }] },
    ]);
    const { stdout } = await as("doctor --json");
    expect(JSON.parse(stdout).problems).toMatchObject([{ code: "not-approved", line: 2, column: 23 }]);
  });
});

describe("a project's own settings for Claude Code", () => {
  const hooks =
    '{"hooks":{"SessionStart":[]},"permissions":{"allow":["WebFetch"],"deny":["Read(x)"]},"model":"m"}';
  /** The arguments of Claude Code in a run, and what the run says. */
  async function start(env: Readonly<Record<string, string>> = {}) {
    const bin = await programs({ claude: 'echo "$*" > args.txt; exit 1' });
    const { stderr } = await as("run plan.exec.yaml --engine claude", { ...bin, ...env });
    return { args: await readFile(join(rig.dir, "args.txt"), "utf8"), stderr };
  }

  test("are not followed until they are approved, and neither is CLAUDE.md", async () => {
    await rig.file(".claude/settings.json", hooks);
    const before = await start();
    expect(before.args).toContain(" --setting-sources user ");
    expect(before.stderr).toMatch(
      /settings\.json:1:1 warning not-approved: "\.claude\/settings\.json" gives Claude Code settings for this project: neither these nor the project's CLAUDE\.md are followed, because you have not approved/,
    );
    expect((await as("trust")).stdout).toBe(
      `approved for ${rig.dir}:\n  .claude/settings.json: {"hooks":{"SessionStart":[]},"permissions":{"allow":["WebFetch"]}}\n`,
    );
    const after = await start();
    expect([after.args.includes("--setting-sources"), after.stderr]).toEqual([false, ""]);
    await rig.file(".claude/settings.json", hooks.replace("[]", "[{}]"));
    const changed = await start();
    expect(changed.args).toContain(" --setting-sources user ");
    expect(changed.stderr).toContain("has changed since you approved it");
  });

  test("are followed with INTERSERVE_TRUST=1, or if the user's own configuration says so", async () => {
    await rig.file(".claude/settings.local.json", hooks);
    expect((await start({ INTERSERVE_TRUST: "1" })).args).not.toContain("--setting-sources");
    await rig.file("home/interserve/config.yaml", "engines: { claude: { project_settings: true } }\n");
    const { args, stderr } = await start();
    expect([args.includes("--setting-sources"), stderr]).toEqual([false, ""]);
    await project("engines: { claude: { project_settings: true } }\n");
    await rig.file("home/interserve/config.yaml", "");
    expect((await start()).args).toContain("--setting-sources user");
  });

  test("need no approval if they only forbid, or if no task runs on Claude Code", async () => {
    await rig.file(".claude/settings.json", '{"permissions":{"deny":["WebFetch"]},"model":"m"}');
    expect((await start()).args).not.toContain("--setting-sources");
    await rig.file(".claude/settings.json", "{ broken");
    expect((await start()).args).toContain("--setting-sources user");
    expect((await as("show plan.exec.yaml")).stderr).toBe("");
    expect((await as("doctor")).stderr).toContain("not-approved");
  });

  test("and the configuration are approved apart", async () => {
    await rig.file(".claude/settings.json", hooks);
    await project(touching());
    await as("trust");
    await rig.file(".claude/settings.json", "{ broken");
    expect(await as("run plan.exec.yaml")).toMatchObject({ code: 0, stderr: "" });
  });
});

/** Creates programs in the folder `bin` of the project. Returns a PATH on which they are first. */
async function programs(scripts: Readonly<Record<string, string>>) {
  const bin = join(rig.dir, "bin");
  await mkdir(bin, { recursive: true });
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return { PATH: `${bin}${delimiter}${process.env.PATH}` };
}

describe("what a project's configuration names", () => {
  const configs = {
    "a Codex of its own": "engines: { codex: { executable: ./bin/evil } }\n",
    "a Claude of its own": "engine: claude\nengines: { claude: { executable: ./bin/evil } }\n",
    "a dispatch script": "engine: dispatch\nengines: { dispatch: { script: ./bin/evil } }\n",
    "a command": "engine: command\nengines: { command: { run: ./bin/evil } }\n",
  };

  test.each(Object.entries(configs))("%s is not started without a run", async (_, config) => {
    const bare = { PATH: `/usr/bin${delimiter}/bin` };
    await programs({ evil: `touch ${marker()}` });
    await project(config);
    for (const trust of ["", "1"]) {
      const env = { ...bare, INTERSERVE_TRUST: trust, CLAVAIN_DISPATCH_SH: "" };
      for (const args of [
        ...["doctor", "check plan.exec.yaml", "show plan.exec.yaml", "run plan.exec.yaml --dry-run", "trust"],
      ]) {
        await as(args, env);
        expect(existsSync(marker()), `${args}, trust: ${trust}`).toBe(false);
      }
    }
  });

  test("is shown by doctor without being started, once it is approved", async () => {
    await programs({ evil: `touch ${marker()}` });
    await project(configs["a Codex of its own"]);
    await as("trust");
    const { checks } = JSON.parse((await as("doctor --json")).stdout);
    expect(checks).toContainEqual({
      name: "codex",
      status: "warning",
      found: `${rig.dir}/bin/evil, not started because this project's configuration names it`,
      advice: `to check it yourself: ${rig.dir}/bin/evil --version`,
    });
    expect(existsSync(marker())).toBe(false);
  });

  test("is not a program in a relative folder on PATH", async () => {
    await programs({ codex: `touch ${marker()}`, git: `touch ${marker()}` });
    const env = { PATH: `bin${delimiter}/usr/bin${delimiter}/bin` };
    const { stderr } = await as("run plan.exec.yaml", env);
    expect(stderr).toContain('needs the program "codex", which is not on PATH');
    await as("doctor", env);
    expect(existsSync(marker())).toBe(false);
  });
});

describe("interserve trust", () => {
  test("approves the configuration for the repository and its working trees", async () => {
    await project(touching());
    git("add", "-A", "plan.exec.yaml", "interserve.config.yaml");
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x");
    const trusted = await as("trust");
    expect(trusted).toMatchObject({ code: 0, stderr: "" });
    expect(trusted.stdout).toBe(
      `approved for ${rig.dir}:\n  engines.command.run: ${JSON.stringify(`touch ${marker()}`)}\n`,
    );
    expect(await as("run plan.exec.yaml")).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(marker())).toBe(true);
    git("worktree", "add", "-q", "linked");
    expect((await as("show plan.exec.yaml", {}, join(rig.dir, "linked"))).stderr).toBe("");
  });

  test("approves no other content and no other repository", async () => {
    await project(touching());
    await as("trust");
    await project(`grace: 1\n${touching()}`);
    expect((await as("show plan.exec.yaml")).stderr, "another setting").toBe("");
    await project(touching("other"));
    expect((await as("show plan.exec.yaml")).stderr).toContain(
      "because this project's configuration has changed since you approved it",
    );
    await project(touching());
    const elsewhere = `${rig.dir}.state/elsewhere`;
    await mkdir(elsewhere, { recursive: true });
    await writeFile(join(elsewhere, "interserve.config.yaml"), touching());
    const { stderr } = await as(`show ${rig.dir}/plan.exec.yaml`, {}, elsewhere);
    expect(stderr).toContain("because you have not approved this project's configuration");
    await writeFile(join(elsewhere, ".git"), `gitdir: ${rig.dir}/.git\n`);
    const pretending = await as(`show ${rig.dir}/plan.exec.yaml`, {}, elsewhere);
    expect(pretending.stderr).toContain("not-approved");
    await as("trust", {}, elsewhere);
    expect((await as(`show ${rig.dir}/plan.exec.yaml`, {}, elsewhere)).stderr).toBe("");
  });

  test("keeps approvals in the state directory, where only the user can read them", async () => {
    await project(touching());
    await as("trust");
    const [folder = ""] = (await readdir(rig.stateDir)).filter((name) => name.includes("~"));
    const file = join(rig.stateDir, folder, "approvals.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(rig.stateDir, folder))).mode & 0o777).toBe(0o700);
    await writeFile(file, "{}");
    expect((await as("show plan.exec.yaml")).stderr).toContain("not-approved");
  });

  test("lists and withdraws approvals", async () => {
    await project(touching());
    expect((await as("trust --list")).stdout).toBe("nothing is approved\n");
    await as("trust");
    const listed = await as("trust --list", {}, "/");
    expect(listed.stdout).toMatch(/^\S+, \d{4}-\d\d-\d\d\n {2}engines\.command\.run: "touch .*"\n$/);
    expect(JSON.parse((await as("trust --list --json")).stdout)).toMatchObject([
      { directory: rig.dir, settings: [["engines.command.run", `touch ${marker()}`]] },
    ]);
    expect((await as("trust --revoke")).stdout).toBe(`withdrew every approval for ${rig.dir}\n`);
    expect((await as("show plan.exec.yaml")).stderr).toContain("you have not approved");
    expect((await as("trust --revoke")).stdout).toBe(`nothing was approved for ${rig.dir}\n`);
  });

  test("says if there is nothing to approve", async () => {
    const nothing = `nothing to approve: interserve.config.yaml in ${rig.dir} sets nothing beyond your own configuration\n`;
    expect(await as("trust")).toMatchObject({ code: 0, stdout: nothing, stderr: "" });
    await project("grace: 1\nengines: { codex: { sandbox: read-only } }\n");
    expect((await as("trust")).stdout).toBe(nothing);
    expect((await as("show plan.exec.yaml")).stderr).toBe("");
  });

  test("refuses a configuration with errors, and to be run by a task", async () => {
    await project("engines: { command: { run: 1 } }\n");
    expect(await as("trust")).toMatchObject({ code: 2, stderr: expect.stringContaining("wrong-type") });
    await project(touching());
    const task = await as("trust", { INTERSERVE_ATTEMPT: "x/tasks/a/1" });
    expect(task).toMatchObject({ code: 2, stderr: expect.stringContaining("may not approve") });
  });

  test("does not approve a state_dir, which is for the user's own configuration", async () => {
    await project(`state_dir: ${rig.dir}/elsewhere\n${touching()}`);
    await as("trust");
    const { stderr } = await as("run plan.exec.yaml");
    expect(stderr).toMatch(/1:1 warning not-approved: "state_dir" can only be set in your own configuration/);
    expect([existsSync(marker()), existsSync(marker("elsewhere"))]).toEqual([true, false]);
  });

  test("can be replaced by INTERSERVE_TRUST=1, where there is no person", async () => {
    await project(touching());
    expect(await as("run plan.exec.yaml", { INTERSERVE_TRUST: "1" })).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(marker())).toBe(true);
  });
});
