import { mkdirSync, writeFileSync } from "node:fs";
import { sources } from "./sources.mjs";

const all = sources();
const lines = all.reduce((sum, source) => sum + source.lines, 0);
const text = `${all.length} TypeScript files, ${lines} lines`;
mkdirSync("out", { recursive: true });
writeFileSync("out/source.md", `${text}\n`);
console.log(`Counted.\n\n## Hand-over\n\n${text}\n\nVERDICT: CLEAN`);
