// Plays the part of an agent that knows nothing but its prompt.
import { readFileSync, writeFileSync } from "node:fs";

const prompt = readFileSync(process.env.INTERSERVE_PROMPT_FILE, "utf8");
const routed = prompt.slice(prompt.indexOf("## Results"), prompt.indexOf("## When you are done"));
writeFileSync("out/report.md", `# interserve today\n\n${routed}`);
console.log(`The prompt of the last task contained:\n\n${routed}\nVERDICT: CLEAN`);
