import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import type { Outcome } from "../../schemas/outcome.ts";
import { claudeScene, codexScene, installed, result, type Scene } from "./real.ts";

// Needs `npm run build`.
const binary = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

const makers = { codex: codexScene, claude: claudeScene };

describe.each(["codex", "claude"] as const)("a session of %s", (engine) => {
  let scene: Scene;
  let project: string;
  const make = makers[engine];
  afterEach(() => scene.close());

  async function set(script: Parameters<typeof make>[0], task: string): Promise<void> {
    scene = await make(script);
    project = scene.attempt.path("project");
    const manifest = `version: 1
mode: dependency-driven
fixes: 2
stages:
  - name: s
    tasks:
      - { id: ask, prompt: Choose a port., ${task} }
`;
    await writeFile(join(project, "plan.exec.yaml"), manifest);
    await writeFile(
      join(project, "interserve.config.yaml"),
      `engine: ${engine}\nengines: { ${engine}: { env: ["*", SCRIPTED_KEY] } }\n`,
    );
  }

  /** Runs interserve while the model's server runs in this process. */
  function run(...args: string[]): Promise<{ code: number | null; said: string }> {
    const path = `${dirname(installed(engine))}:${process.env.PATH}`;
    const child = spawn(process.execPath, [binary, ...args], {
      cwd: project,
      env: { PATH: path, ...scene.env, NO_COLOR: "1", INTERSERVE_TRUST: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, said })));
  }
  const status = async () => JSON.parse((await run("status", "--json")).said);
  const runName = async (): Promise<string> => (await status()).run;
  const outcome = async (attempt: number): Promise<Outcome> => {
    const path = join((await status()).directory, `tasks/ask/${attempt}/outcome.json`);
    return JSON.parse(await readFile(path, "utf8"));
  };

  test("continues with the answer to its question after the run has ended", async () => {
    await set(
      [result({ verdict: "QUESTION", question: "Which port?" }), result({ summary: "Took it." })],
      "files: []",
    );
    expect(await run("run", "plan.exec.yaml")).toMatchObject({ code: 1 });
    expect(await outcome(1)).toMatchObject({ status: "question", reason: "Which port?" });
    expect(await run("answer", await runName(), "ask", "port 8080")).toMatchObject({ code: 0 });
    const answered = await outcome(2);
    expect(answered).toMatchObject({ status: "pass", session_id: (await outcome(1)).session_id });
    expect(answered.usage?.output_tokens).toBe(10);
    const [first, second, ...more] = scene.server.requests;
    expect(more).toEqual([]);
    expect(first?.prompt).toContain("Choose a port.");
    expect(second?.prompt).toContain("port 8080");
    expect(JSON.stringify(second?.body)).toContain("Which port?");
  });

  test("continues with the output of a failed command, and only the difference in usage counts each time", async () => {
    const verify = "verify: [{ run: 'test -f a.txt || { echo no a.txt here; exit 1; }' }]";
    await set([result(), { shell: "touch b.txt" }, result(), { shell: "touch a.txt" }, result()], verify);
    expect(await run("run", "plan.exec.yaml")).toMatchObject({ code: 0 });
    const outcomes = await Promise.all([1, 2, 3].map(outcome));
    expect(outcomes.map(({ usage }) => usage?.output_tokens)).toEqual([10, 20, 20]);
    expect(new Set(outcomes.map(({ session_id }) => session_id)).size).toBe(1);
    const costs = outcomes.map(({ usage }) => usage?.cost_usd);
    if (engine === "codex") expect(costs).toEqual([undefined, undefined, undefined]);
    else expect(costs[2]).toBeCloseTo(2 * (costs[0] ?? 0), 9);
    expect(scene.server.requests.at(-1)?.prompt).toContain("no a.txt here");
  });
});
