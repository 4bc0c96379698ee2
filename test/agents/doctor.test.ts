import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Check } from "../../src/engines/engine.ts";
import { installed } from "./real.ts";

const binary = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "interserve-doctor-"));
});
afterEach(() => rmSync(home, { recursive: true }));

/** Runs `interserve doctor` (needs `npm run build`) with the real CLIs and an empty home. */
function doctor(env: Readonly<Record<string, string>> = {}) {
  const bins = [installed("codex"), installed("claude")].map((program) => dirname(program));
  const { status, stdout } = spawnSync(
    process.execPath,
    [binary, "doctor", "--json", "--project-dir", home],
    {
      encoding: "utf8",
      env: {
        PATH: [...bins, process.env.PATH].join(delimiter),
        HOME: home,
        CODEX_HOME: home,
        CLAUDE_CONFIG_DIR: home,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        ...env,
      },
    },
  );
  const { checks } = JSON.parse(stdout) as { checks: readonly Check[] };
  return { status, checks: new Map(checks.map((check) => [check.name, check])) };
}

test("doctor reports the tested versions, and that they are not signed in", () => {
  const { status, checks } = doctor();
  expect(status).toBe(1);
  expect(checks.get("codex")?.status).toBe("ok");
  expect(checks.get("codex")?.found).toMatch(/\/bin\/codex$/);
  expect(checks.get("codex sign-in")).toMatchObject({ status: "problem", found: "not signed in" });
  expect(checks.get("codex sandbox")).toMatchObject({ status: "ok", found: "workspace-write works" });
  expect(checks.get("claude")?.status).toBe("ok");
  expect(checks.get("claude sign-in")).toMatchObject({ status: "warning", found: "not signed in" });
});

test("doctor reports a sign-in by key", () => {
  writeFileSync(join(home, "auth.json"), '{ "OPENAI_API_KEY": "dummy" }');
  const { status, checks } = doctor({ ANTHROPIC_API_KEY: "dummy" });
  expect(status).toBe(0);
  expect(checks.get("codex sign-in")).toMatchObject({
    status: "ok",
    found: expect.stringMatching(/^API key/),
  });
  expect(checks.get("claude sign-in")).toMatchObject({ status: "ok", found: "signed in with api_key" });
});
