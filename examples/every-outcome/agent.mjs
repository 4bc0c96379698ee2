// A scripted agent: it prints what an agent might while it works, and ends as this plan needs it to.
import { writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

const { INTERSERVE_TASK: task = "", INTERSERVE_ATTEMPT: marker = "", STEP_MS = "500" } = process.env;
const attempt = Number(marker.split("/").at(-1));
const out = process.argv[2];
/** By task: the number of steps of STEP_MS each, and what its dependents must know. */
const work = {
  "task-1": [3, "`readPages()` returns `{path, headings, text}`; headings are slugs like those of GitHub."],
  "task-2": [4, "`linksOf(page)` returns `{target, line, column}`. Reference links are already resolved."],
  "task-3": [2, "`cached(url, ask)` caches for a day. Concurrent calls are safe."],
  "task-4": [3, "`checkInternal(links)` returns problems as `{link, reason}`."],
  "task-5": [3, "Anchors are compared case-insensitively."],
  "task-6": [4, "At most four requests at a time: `HEAD` first, then `GET` if that is refused."],
  "task-7": [3, ""],
  "task-8": [3, "301 and 308 are permanent and reported; 302 and 307 are ignored."],
  "task-9": [4, "One line per problem, sorted by file and line."],
  "task-10": [3, "`--json` writes `{problems: [...]}`."],
  "task-12": [2, ""],
  "task-14": [3, "The workflow runs on pull requests that touch `docs/`."],
  "task-15": [4, "See docs/links.md."],
};
const [steps, handOver] = work[task] ?? [2, ""];
const said = [
  "I read the task and the results in my prompt.",
  "The types come first: what goes in, what comes out.",
  "One test for the common case and one for the empty case. Both fail, as they should.",
  "Now the code. The tests pass.",
];
const lines = [`# ${task}, attempt ${attempt}`, ""];
const say = (line) => {
  lines.push(line);
  console.log(line);
};
console.log(lines.join("\n"));
for (let step = 0; step < steps; step += 1) {
  say(`${step + 1}. ${said[step % said.length]}`);
  await wait(Number(STEP_MS));
}
if (handOver) say(`\n## Hand-over\n\n${handOver}\n`);

if (task === "task-7") {
  console.error("images/setup.png: no such file, and 3 images without alternative text");
  process.exit(1);
}
if (task === "task-5") say("VERDICT: NEEDS_ATTENTION two headings of docs/faq.md have the same slug");
else if (task === "task-12")
  say("VERDICT: QUESTION Port 8080 is taken on the build machine. Which one may the preview use?");
else if (!out) say("VERDICT: CLEAN");
if (out) {
  const verdict =
    attempt === 1
      ? "STATUS: retry\nSUMMARY: the site answered 503 four times"
      : "STATUS: pass\nSUMMARY: done";
  writeFileSync(out, `${lines.join("\n")}\n`);
  writeFileSync(`${out}.verdict`, `--- VERDICT ---\n${verdict}\n---\n`);
}
