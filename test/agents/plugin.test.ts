import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { claudeScene, codexScene, installed } from "./real.ts";

const plugin = fileURLToPath(new URL("../../plugin", import.meta.url));
const names = ["write-plan", "executing-plans"];

test("Claude Code finds the plugin valid, with its two skills and its two commands", () => {
  const program = installed("claude");
  const home = mkdtempSync(join(tmpdir(), "interserve-home-"));
  const { status, stdout } = spawnSync(program, ["plugin", "validate", "--strict", plugin], {
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      HOME: home,
      CLAUDE_CONFIG_DIR: home,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
    },
  });
  rmSync(home, { recursive: true, force: true });
  expect(status).toBe(0);
  for (const kind of ["skills", "commands"]) {
    for (const name of names) expect(stdout).toContain(`${kind}: interserve:${name}`);
  }
});

test.for(names)("/interserve:%s sends the skill, and tells the model when to use it", async (name) => {
  const program = installed("claude");
  const scene = await claudeScene([{ message: "Done." }]);
  try {
    // With a space, as in many folders of people.
    const folder = scene.attempt.path("plug in");
    cpSync(plugin, folder, { recursive: true });
    const child = spawn(program, ["-p", `/interserve:${name} docs/plans/x.md`, "--plugin-dir", folder], {
      cwd: scene.attempt.path("project"),
      env: { PATH: process.env.PATH, DISABLE_AUTOUPDATER: "1", ...scene.env },
      stdio: ["ignore", "ignore", "inherit"],
    });
    expect(await once(child, "exit")).toEqual([0, null]);
    const [asked] = scene.server.requests;
    expect(asked?.prompt).toContain("docs/plans/x.md");
    const sent = texts(asked?.body);
    const skill = readFileSync(join(plugin, `skills/${name}/SKILL.md`), "utf8");
    const [, description, text = ""] = /^description: (.*)\n---\n([\s\S]*)$/m.exec(skill) ?? [];
    expect(sent).toContain(`interserve:${name}: ${description}`);
    for (const line of text.split("\n")) expect(sent).toContain(line);
  } finally {
    await scene.close();
  }
});

/** All texts in a request, joined. */
function texts(body: unknown): string {
  if (typeof body === "string") return body;
  if (typeof body !== "object" || body === null) return "";
  return Object.values(body).map(texts).join("\n");
}

test.for([
  ["the project's .agents/skills", "project/.agents/skills"],
  ["a person's ~/.agents/skills", ".agents/skills"],
  ["Codex's own skills", "codex-home/skills"],
] as const)("Codex offers the skills in %s and reads the named one", async ([, place]) => {
  const program = installed("codex");
  const scene = await codexScene([{ message: "Done." }]);
  try {
    cpSync(join(plugin, "skills"), scene.attempt.path(place), { recursive: true });
    cpSync(join(plugin, "AGENTS.md"), scene.attempt.path("project/AGENTS.md"));
    const child = spawn(program, ["exec", "--skip-git-repo-check", "$executing-plans docs/plans/x.md"], {
      cwd: scene.attempt.path("project"),
      env: { PATH: process.env.PATH, ...scene.env },
      stdio: "ignore",
    });
    expect(await once(child, "exit")).toEqual([0, null]);
    const sent = texts(scene.server.requests[0]?.body);
    for (const name of names) {
      const skill = readFileSync(join(plugin, `skills/${name}/SKILL.md`), "utf8");
      expect(sent).toContain(`${name}: ${/^description: (.*)$/m.exec(skill)?.[1]}`);
      expect(sent.includes(skill.trimEnd())).toBe(name === "executing-plans");
    }
    expect(sent).toContain(readFileSync(join(plugin, "AGENTS.md"), "utf8").trimEnd());
  } finally {
    await scene.close();
  }
});
