// Installs the agent CLIs that the engines are tested against into .cache/agents (git-ignored), each in a folder of
// its own name and version: never dependencies of the package, they take some 400 MB each. `npm run agents:install`; with
// names behind it, only those.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const wanted = process.argv.slice(2);
const versions = new URL("../../src/engines/tested-versions.json", import.meta.url);
for (const [name, agent] of Object.entries(JSON.parse(readFileSync(versions, "utf8")))) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
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
