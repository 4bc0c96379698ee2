import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configSchema } from "../../schemas/config.ts";
import { engineFor } from "../../src/engines/engines.ts";
import { findExecutable } from "../../src/engines/find-executable.ts";

describe("an engine", () => {
  test("has the settings of the configuration", async () => {
    const config = v.parse(configSchema, {
      engines: { codex: { executable: "my-codex" }, dispatch: { script: "/my/dispatch.sh" } },
    });
    expect(await engineFor("codex", config, {}).missing([])).toContain('"my-codex"');
    expect(await engineFor("dispatch", config, {}).missing([])).toContain('"/my/dispatch.sh"');
    expect(await engineFor("command", config, {}).missing([])).toBeUndefined();
  });
});

describe("an executable that is searched", () => {
  let dir: string;
  let path: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "interserve-path-"));
    for (const folder of ["a", "b"]) await mkdir(join(dir, folder, "folder"), { recursive: true });
    for (const [name, mode] of [
      ["a/plain", 0o644],
      ["b/plain", 0o755],
      ["a/both", 0o755],
      ["b/both", 0o755],
    ] as const) {
      await writeFile(join(dir, name), "#!/bin/sh\n");
      await chmod(join(dir, name), mode);
    }
    path = ["", join(dir, "missing"), join(dir, "a"), join(dir, "b")].join(delimiter);
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  test("is the first on PATH that is executable", async () => {
    expect(await findExecutable("both", path)).toBe(join(dir, "a/both"));
    expect(await findExecutable("plain", path)).toBe(join(dir, "b/plain"));
  });

  test("is never a directory or a missing file", async () => {
    expect(await findExecutable("folder", path)).toBeUndefined();
    expect(await findExecutable("nothing", path)).toBeUndefined();
    expect(await findExecutable("both", "")).toBeUndefined();
  });

  test("is a path if its name has a slash, whatever PATH says", async () => {
    expect(await findExecutable(join(dir, "b/both"), "")).toBe(join(dir, "b/both"));
    expect(await findExecutable(join(dir, "a/plain"), path)).toBeUndefined();
  });
});
