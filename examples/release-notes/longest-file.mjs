import { writeFileSync } from "node:fs";
import { sources } from "./sources.mjs";

const longest = sources().reduce((a, b) => (b.lines > a.lines ? b : a));
const text = `${longest.file} is the longest, with ${longest.lines} lines`;
writeFileSync("out/longest.md", `${text}\n`);
console.log(`Found.\n\n## Hand-over\n\n${text}\n\nVERDICT: CLEAN`);
