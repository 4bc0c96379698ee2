// Takes the pictures of README.md and docs/inspect.md from a real run of examples/every-outcome, with Debian's chromium
// or the one that CHROMIUM names. Needs `npm run build`. The run's name and times, and so the pictures, differ each time.
import { spawn } from "node:child_process";
import { cp, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { terminalPicture } from "./terminal-picture.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const images = here("../docs/images/");
const state = await mkdtemp(join(tmpdir(), "interserve-state-"));
process.env.INTERSERVE_STATE_DIR = state;
const project = await realpath(await mkdtemp(join(tmpdir(), "interserve-")));
await cp(here("../examples/every-outcome"), project, { recursive: true });

/** Starts `interserve` with arguments. Resolves with the address that it prints. */
async function serve(...args) {
  const child = spawn(process.execPath, [here("../dist/main.js"), ...args], {
    cwd: project,
    env: { ...process.env, CLAVAIN_DISPATCH_SH: join(project, "dispatch.sh") },
  });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8");
  const ended = new Promise((resolve) => child.once("close", resolve));
  const url = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        const [found] = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//.exec(line) ?? [];
        if (found) resolve(found);
      });
    }
    ended.then(() => reject(new Error(`\`interserve ${args.join(" ")}\` printed no address`)));
  });
  return { url, ended, end: () => child.kill() };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const wide = { width: 1280, height: 720 };
const phone = { width: 390, height: 760 };
async function open(url, place, { viewport = wide, colorScheme = "light" } = {}) {
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  await page.goto(`${url}#${place}`);
  return page;
}
async function take(page, name) {
  // Moves the mouse away, so that nothing is drawn as hovered.
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(images, `${name}.png`) });
  await page.context().close();
}
const looks = (page, task, look) => page.locator(`[data-task="${task}"][data-look="${look}"]`).waitFor();
/** Shows the moment after the last journal line with a text, in a view. */
async function stepTo(page, event, view) {
  await page.getByRole("tab", { name: "Journal" }).click();
  await page.locator(".journal .scroller").evaluate((box) => box.scrollTo(0, 0));
  await page.locator(".journal .line", { hasText: event }).last().click();
  await page.getByTestId("step").filter({ hasText: event }).waitFor();
  await page.getByRole("tab", { name: view }).click();
  if (view === "Statecharts") await page.locator(".chart .current").waitFor();
}

try {
  const screen = await terminalPicture(`${process.execPath} ${here("../dist/main.js")} run plan.exec.yaml`, {
    cwd: project,
    env: { CLAVAIN_DISPATCH_SH: join(project, "dispatch.sh") },
    columns: 92,
    rows: 26,
    shows: (text) => /^ +\S+ task-10 .* 2\. /m.test(text),
  });
  const terminal = await browser.newPage({ viewport: { width: 860, height: 200 } });
  const style = "margin:0;padding:16px;background:#0d1117;color:#e6edf3;font:14px/1.35 monospace";
  await terminal.setContent(
    `<body style="${style}"><style>pre{margin:0;font:inherit}</style>${screen}</body>`,
  );
  await terminal.screenshot({ path: join(images, "run.png"), fullPage: true });
  await rm(state, { recursive: true });

  const live = await serve("run", "plan.exec.yaml", "--json", "--inspect", "--no-open");
  const watched = await open(live.url, "view=graph");
  await looks(watched, "task-10", "running");
  await looks(watched, "task-6", "waiting");
  await take(watched, "inspect");
  await live.ended;

  const { url, end } = await serve("inspect", "--no-open");
  const graph = await open(url, "view=graph&task=task-12", { colorScheme: "dark" });
  await graph.locator(".answer").waitFor();
  await looks(graph, "task-12", "parked");
  await take(graph, "inspect-dark");

  const timeline = await open(url, "view=timeline");
  await timeline.locator(".row .bar").first().waitFor();
  await take(timeline, "inspect-timeline");

  const charts = await open(url, "view=charts&chart=task-6");
  await charts.locator(".chart .current").waitFor();
  await stepTo(charts, "task.waiting task-6", "Statecharts");
  await charts.getByTestId("state").filter({ hasText: "waiting" }).waitFor();
  await take(charts, "inspect-statechart");

  const orchestrator = await open(url, "view=charts", { colorScheme: "dark" });
  await orchestrator.locator(".chart .current").waitFor();
  await stepTo(orchestrator, "task.settled task-7", "Statecharts");
  await orchestrator.locator(".chart .taken").first().waitFor();
  await take(orchestrator, "inspect-orchestrator");

  const task = await open(url, "view=graph&task=task-9");
  await task.getByRole("tab", { name: "Prompt" }).click();
  await task.locator(".panel pre mark").first().waitFor();
  await task.getByRole("button", { name: "results of its dependencies" }).click();
  await looks(task, "task-9", "done");
  await take(task, "inspect-task");

  const journal = await open(url, "view=journal");
  await journal.locator(".journal .line").first().waitFor();
  await stepTo(journal, "task.waiting task-6", "Journal");
  await take(journal, "inspect-journal");

  for (const [place, name] of [
    ["view=graph", "inspect-phone"],
    ["view=graph&task=task-12", "inspect-phone-task"],
  ]) {
    const small = await open(url, place, { viewport: phone });
    await looks(small, "task-12", "parked");
    await take(small, name);
  }
  end();
} finally {
  await browser.close();
  await rm(project, { recursive: true, force: true });
}
