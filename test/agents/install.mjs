// Installs the agent CLIs that the engines are tested with into .cache/agents (git-ignored), each in a folder with its
// name and version. They take some 400 MB each and are never dependencies of the package.
// `npm run agents:install` installs all of them, `npm run agents:install codex` only that one.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const wanted = process.argv.slice(2);
const engines = new URL("../../src/engines/", import.meta.url);
for (const name of readdirSync(engines)) {
  const tested = new URL(`${name}/tested.json`, engines);
  if (!existsSync(tested) || (wanted.length > 0 && !wanted.includes(name))) continue;
  const agent = JSON.parse(readFileSync(tested, "utf8"));
  const folder = fileURLToPath(new URL(`../../.cache/agents/${name}-${agent.version}/`, import.meta.url));
  const program = `${folder}node_modules/.bin/${name}`;
  if (!existsSync(program)) {
    process.stdout.write(`installing ${agent.package}@${agent.version}\n`);
    mkdirSync(folder, { recursive: true });
    // Without a package.json of its own, npm would install into ours.
    writeFileSync(`${folder}package.json`, '{ "private": true }\n');
    const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
    execFileSync("npm", ["install", ...flags, `${agent.package}@${agent.version}`], {
      cwd: folder,
      stdio: "inherit",
    });
  }
  const said = execFileSync(program, ["--version"], { encoding: "utf8" }).trim();
  if (!said.includes(agent.version)) throw new Error(`expected ${name} ${agent.version}, found "${said}"`);
  process.stdout.write(`${name} ${agent.version}: ${program}\n`);
}
