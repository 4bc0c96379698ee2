// Stands for an agent: all that it knows is its prompt.
import { readFileSync, writeFileSync } from "node:fs";

const prompt = readFileSync(process.env.INTERSERVE_PROMPT_FILE, "utf8");
const routed = prompt.slice(prompt.indexOf("## Results"), prompt.indexOf("## When you are done"));
writeFileSync("out/report.md", `# interserve today\n\n${routed}`);
console.log(`This stood in the prompt of the last task:\n\n${routed}\nVERDICT: CLEAN`);
