import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { codexScene, installed, result, type Scene } from "./real.ts";

// Needs `npm run build`.
const binary = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const cache = fileURLToPath(new URL("../../.cache/", import.meta.url));

/** A temporary file can still be made. */
const scratch = 'f=$(mktemp) && echo x > "$f" && echo "scratch=done"';

let scene: Scene;
let stateDir: string;
afterEach(async () => {
  await scene.close();
  await rm(stateDir, { recursive: true, force: true });
});

/** Attempts on a run's record, by name. Each ends with status 0 if it succeeds. */
const attacks: Readonly<Record<string, string>> = {
  append: 'echo {} >> "$run"/journal.jsonl',
  empty: ': > "$run"/journal.jsonl',
  remove: 'rm -f "$run"/journal.jsonl',
  replace: 'sed -i s/pass/fail/ "$run"/journal.jsonl',
  move: 'mv "$run" "$run".away',
  link: 'ln "$run"/journal.jsonl stolen && echo {} >> stolen',
  mode: 'chmod -R a+rwx "$run"',
  answer: 'echo "{}" > "$run"/answers/1.json',
  unlock: 'rm -f "$run"/lock',
  hook: 'rm -f "$run"/hooks/pre-push',
  disarm: 'echo exit > "$run"/hooks/pre-push',
  outcome: 'echo "{}" > "$run"/tasks/a/1/outcome.json',
  forget: 'rm -rf "$run"',
};

/** The files of a folder with their contents, except for those that the run itself still writes. */
async function contentsOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const files = names.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file.slice(folder.length), await readFile(file, "utf8")])),
  );
}

function run(
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const path = `${dirname(installed("codex"))}:${process.env.PATH}`;
  const child = spawn(process.execPath, [binary, ...args], {
    cwd,
    env: { PATH: path, ...scene.env, INTERSERVE_STATE_DIR: stateDir, INTERSERVE_TRUST: "1", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

test.each([
  ["outside the temporary directories", () => mkdtemp(join(cache, "state-"))],
  ["in /tmp", () => mkdtemp("/tmp/interserve-state-")],
])("Codex in its sandbox cannot change the record of its run %s", async (_, makeState) => {
  await mkdir(cache, { recursive: true });
  stateDir = await makeState();
  const all = Object.entries(attacks).map(
    ([name, command]) => `(${command}) && echo "${name}=done" || echo "${name}=failed"`,
  );
  const script = [`run=$(dirname ${stateDir}/*/*/journal.jsonl)`, ...all, scratch, "touch inside"].join("\n");
  scene = await codexScene([{ shell: "sh attack.sh 2> errors.txt" }, result(), result()]);
  const project = scene.attempt.path("project");
  await writeFile(join(project, "attack.sh"), script);
  await writeFile(
    join(project, "plan.exec.yaml"),
    `version: 1
mode: all-sequential
engine: codex
stages:
  - name: s
    tasks:
      - { id: a, prompt: Attack., files: [] }
      - { id: b, prompt: Go on., files: [] }
`,
  );
  await writeFile(
    join(project, "interserve.config.yaml"),
    'engines: { codex: { env: ["*", SCRIPTED_KEY] } }\n',
  );
  const { code, stdout } = await run(["run", "plan.exec.yaml", "--json"], project);
  const said = scene.server.requests[1]?.result ?? "";
  for (const name of Object.keys(attacks)) expect(said).toContain(`${name}=failed`);
  expect(said).toContain("scratch=done");
  expect(await readdir(project)).toContain("inside");
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/restored/);
  const status = JSON.parse((await run(["status", "--json"], project)).stdout);
  expect(status).toMatchObject({ state: "finished", counts: { pass: 2 }, journal_warnings: [] });
  const files = await contentsOf(status.directory);
  expect(files["/hooks/pre-push"]).toContain("tasks must not push");
  expect(Object.keys(files).filter((name) => name.startsWith("/answers"))).toEqual([]);
  expect((await run(["resume"], project)).stdout).toContain("2 kept, 0 to run");
});
