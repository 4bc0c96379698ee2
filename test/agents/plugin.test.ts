import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { installed } from "./real.ts";

const plugin = fileURLToPath(new URL("../../plugin", import.meta.url));

test("Claude Code finds the plugin valid, with its two skills and its two commands", () => {
  const home = mkdtempSync(join(tmpdir(), "interserve-home-"));
  const { status, stdout } = spawnSync(installed("claude"), ["plugin", "validate", plugin], {
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
    for (const name of ["write-plan", "executing-plans"])
      expect(stdout).toContain(`${kind}: interserve:${name}`);
  }
});
