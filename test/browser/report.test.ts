import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { manifestOf, Rig } from "../rig.ts";
import { expectAccessibleViews, looks, openBrowser, openPage, says, tab, task } from "./browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await rig.close();
});

/** Opens a report from disk, and collects what the page requests from elsewhere. */
async function open(file: string, hash = "", options = {}) {
  const requests: string[] = [];
  let dialogs = 0;
  const { page, complaints } = await openPage(browser, "about:blank", options);
  page.on("request", (request) => requests.push(request.url()));
  page.on("dialog", (dialog) => {
    dialogs += 1;
    void dialog.dismiss();
  });
  const url = pathToFileURL(join(rig.dir, file)).href;
  await page.goto(`${url}${hash}`);
  // The page creates the layout engine's worker from a text inside it.
  const foreign = () => requests.filter((one) => one.split("#")[0] !== url && !one.startsWith("blob:null/"));
  return { page, complaints, foreign, dialogs: () => dialogs };
}
test("a report opened from disk shows graph, files, charts and steps without the run or a network", async () => {
  await rig.file("plan.exec.yaml", manifestOf([{ a: "", b: "a" }, { c: "b" }]));
  const run = rig.command(["run", "plan.exec.yaml", "--json", "--report", "out/report.html"]);
  await (await rig.agent("a")).exit(0, "the port is 4711\nVERDICT: CLEAN\n");
  await (await rig.agent("b")).exit(1, `${"0123456789abcdef".repeat(8192)}the very end\n`);
  await run.ended;
  await rename(join(rig.dir, "out/report.html"), join(rig.dir, "report.html"));
  for (const gone of [rig.stateDir, join(rig.dir, "out"), join(rig.dir, "plan.exec.yaml")])
    await rm(gone, { recursive: true });

  const { page, complaints, foreign } = await open("report.html");
  await says(page, "run-state", "finished with exit status 1");
  await looks(page, "a", "done");
  await looks(page, "b", "failed");
  await looks(page, "c", "skipped");
  await task(page, "b").click();
  const output = page.locator(".panel pre");
  await output.filter({ hasText: "the very end" }).waitFor();
  expect(await output.textContent()).toMatch(
    /^0123[\s\S]*\[… 65\d\d\d bytes left out of this report …\][\s\S]*the very end\n$/,
  );
  await tab(page, "Prompt").click();
  await page.locator("pre mark", { hasText: "the port is 4711" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "First event" }).click();
  await looks(page, "a", "pending");
  await says(page, "run-state", "earlier moment (1 of ");
  await page.keyboard.press(".");
  await looks(page, "a", "ready");
  await page.keyboard.press("l");
  await looks(page, "b", "failed");
  await tab(page, "Statecharts").click();
  await page.getByLabel("Machine").selectOption("b");
  await says(page, "state", "failed");
  expect(await page.locator(".chart .current").getAttribute("data-state")).toBe("failed");
  expect({ complaints, foreign: foreign() }).toEqual({ complaints: [], foreign: [] });
});

test("a chart that is wider than the window is scrolled to its current state", async () => {
  await rig.file("plan.exec.yaml", manifestOf([{ a: "" }]).replace(/run: .*/, 'run: "true"'));
  await rig.run("run", "plan.exec.yaml", "--report", "report.html");
  const viewport = { width: 390, height: 760 };
  const { page } = await open("report.html", "#view=charts&chart=a", { viewport });
  const current = page.locator(".chart .current");
  await current.waitFor();
  await vi.waitFor(async () => {
    const { x = -1, width = 0 } = (await current.boundingBox()) ?? {};
    expect([x >= 0, x + width <= viewport.width]).toEqual([true, true]);
  });
});

test("titles, ids, reasons and outputs are shown as text, even if they contain markup", async () => {
  const hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)><!--run--><!-- $& \u2028";
  const title = JSON.stringify(hostile);
  await rig.file("plan.exec.yaml", manifestOf([{ a: "" }], { task: { a: `title: ${title}` } }));
  const run = rig.command(["run", "plan.exec.yaml", "--json", "--report", "report.html"]);
  await (await rig.agent("a")).exit(0, `${hostile}\nVERDICT: NEEDS_ATTENTION ${hostile}\n`);
  await run.ended;
  const { page, complaints, foreign, dialogs } = await open("report.html", "#task=a");
  await page.locator(".panel pre", { hasText: "</script><script>alert(1)</script><img src=x" }).waitFor();
  expect(await page.locator(".task-title").textContent()).toContain(
    "</script><script>alert(1)</script><img src=x",
  );
  await looks(page, "a", "warn");
  expect(await page.locator("img").count()).toBe(0);
  expect({ dialogs: dialogs(), complaints, foreign: foreign() }).toEqual({
    dialogs: 0,
    complaints: [],
    foreign: [],
  });
});

test("a report's policy forbids every connection, and every script but its own", async () => {
  await rig.file("plan.exec.yaml", manifestOf([{ a: "" }]).replace(/run: .*/, 'run: "true"'));
  await rig.run("run", "plan.exec.yaml", "--report", "report.html");
  const html = await readFile(join(rig.dir, "report.html"), "utf8");
  await writeFile(
    join(rig.dir, "report.html"),
    html.replace(
      "</body>",
      '<script>document.title = "owned"</script><img src="https://evil.example/x"></body>',
    ),
  );
  const { page } = await open("report.html");
  await looks(page, "a", "done");
  expect(await page.title()).not.toBe("owned");
  const fetched = page.evaluate(() => fetch("https://evil.example/").then(() => "it went out"));
  await expect(fetched).rejects.toThrow();
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  expect(policy).toMatch(
    /^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+'; worker-src blob:; /,
  );
});

test("a report says whether its run was still running, and when, or was killed", async () => {
  await rig.file("plan.exec.yaml", manifestOf([{ a: "", b: "a" }]));
  const run = rig.command(["run", "plan.exec.yaml", "--json"]);
  await rig.agent("a");
  await rig.run("report", "-o", "live.html");
  run.child.kill("SIGKILL");
  await run.ended;
  await rig.run("report", "-o", "killed.html");
  const live = await open("live.html");
  await says(live.page, "run-state", "running when this report was written (");
  await looks(live.page, "a", "running");
  const killed = await open("killed.html");
  await says(killed.page, "run-state", "killed before it finished");
});

test("axe finds no violation in a report in light, dark or at a phone's width", async () => {
  await rig.file(
    "plan.exec.yaml",
    manifestOf([{ a: "", b: "a" }, { c: "b" }]).replaceAll(
      /run: .*/g,
      'run: "echo it; [ $INTERSERVE_TASK = a ]"',
    ),
  );
  await rig.run("run", "plan.exec.yaml", "--report", "report.html");
  await expectAccessibleViews((hash, options) => open("report.html", hash, options), {
    shown: "c",
    opened: "b",
    output: "it",
  });
});

test("a report with more than a megabyte of data, which is compressed, shows its graph and its files", async () => {
  const ids = Array.from({ length: 20 }, (_, at) => [`t${at}`, ""]);
  const manifest = manifestOf([Object.fromEntries(ids)]);
  const command = "od -An -v -N 30000 -tx1 /dev/zero; echo done";
  await rig.file("plan.exec.yaml", manifest.replaceAll(/run: .*/g, `run: ${command}`));
  expect((await rig.run("run", "plan.exec.yaml", "--report", "report.html")).code).toBe(0);
  expect(await readFile(join(rig.dir, "report.html"), "utf8")).toContain('id="run">"H4s');
  const { page, complaints, foreign } = await open("report.html");
  await task(page, "t7").click();
  await page.locator(".panel pre", { hasText: "done" }).waitFor();
  expect([complaints, foreign()]).toEqual([[], []]);
});
