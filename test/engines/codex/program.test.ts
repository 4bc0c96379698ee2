import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findCodex } from "../../../src/engines/codex/program.ts";

let dir: string;
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), "interserve-codex-")));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function file(path: string, text = "#!/bin/sh\n"): Promise<string> {
  const full = join(dir, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, text);
  await chmod(full, 0o755);
  return full;
}

/** What npm installs: a wrapper, and a link to it. */
async function wrapper(name = "@openai/codex"): Promise<string> {
  const script = await file("lib/node_modules/@openai/codex/bin/codex.js");
  await file("lib/node_modules/@openai/codex/package.json", JSON.stringify({ name }));
  await mkdir(join(dir, "bin"));
  await symlink(script, join(dir, "bin/codex"));
  return join(dir, "bin/codex");
}
const platform = `@openai/codex-${process.platform}-${process.arch}`;

test.each(["lib/node_modules", "lib/node_modules/@openai/codex/node_modules"])(
  "the program in the platform's package in %s is found through the wrapper",
  async (folder) => {
    const found = await wrapper();
    await file(`${folder}/${platform}/package.json`, "{}");
    const program = await file(`${folder}/${platform}/vendor/some-target/bin/codex`);
    expect(await findCodex(found)).toBe(program);
  },
);

test("the program in the wrapper's own package is found", async () => {
  const found = await wrapper();
  const program = await file("lib/node_modules/@openai/codex/vendor/some-target/bin/codex");
  expect(await findCodex(found)).toBe(program);
});

test("a wrapper without its program, or any other program, is used as it is", async () => {
  const found = await wrapper();
  expect(await findCodex(found)).toBe(found);
  const plain = await file("plain");
  expect(await findCodex(plain)).toBe(plain);
});

test("another package's wrapper is used as it is", async () => {
  const found = await wrapper("@someone/codex");
  await file("lib/node_modules/@openai/codex/vendor/some-target/bin/codex");
  expect(await findCodex(found)).toBe(found);
});

test("a missing program is not found", async () => {
  expect(await findCodex(join(dir, "codex"))).toBeUndefined();
});
