// Runs this plan with the real Codex CLI and a scripted model on loopback, in a temporary directory: no key is needed
// and nothing is spent. `npm run example:codex` builds, installs Codex into .cache/agents if it is missing, and runs this.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startResponses } from "../scripted-models/responses.mjs";
import { model } from "./model.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

const server = await startResponses(model);
const home = mkdtempSync(join(tmpdir(), "interserve-example-"));
const project = join(home, "project");
mkdirSync(project);
for (const name of ["plan.md", "plan.exec.yaml"]) cpSync(path(name), join(project, name));
execFileSync("git", ["init", "-q"], { cwd: project });
writeFileSync(
  join(home, "config.toml"),
  `model = "gpt-5.5"
model_provider = "scripted"
analytics.enabled = false
[model_providers.scripted]
name = "a scripted model"
base_url = "http://127.0.0.1:${server.port}/v1"
wire_api = "responses"
`,
);

const { version } = JSON.parse(readFileSync(path("../../src/engines/codex/tested.json"), "utf8"));
const codex = path(`../../.cache/agents/codex-${version}/node_modules/.bin`);
// Arguments after `npm run example:codex --` are passed on, such as --json or --max-parallel 1.
const args = ["run", "plan.exec.yaml", "--engine", "codex", ...process.argv.slice(2)];
const run = spawn(process.execPath, [path("../../dist/main.js"), ...args], {
  cwd: project,
  env: {
    ...process.env,
    CODEX_HOME: home,
    INTERSERVE_STATE_DIR: join(home, "runs"),
    PATH: `${codex}${delimiter}${process.env.PATH}`,
  },
  stdio: "inherit",
});
const status = await new Promise((resolve) => run.on("close", resolve));
await server.close();
console.error(`\n${server.requests.length} requests to the scripted model; all files are in ${home}`);
process.exitCode = status ?? 1;
