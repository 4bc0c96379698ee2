import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inspectRun } from "../../src/inspect/serve-run.ts";
import { takeLock } from "../../src/journal/lock.ts";
import { runPaths } from "../../src/journal/run-directory.ts";
import { addressOf, type Command, manifestOf, Rig } from "../rig.ts";
import { expectAccessibleViews, looks, openBrowser, openPage, says, tab, task } from "./browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

let rig: Rig;
const commands: Command[] = [];
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  for (const { child } of commands.splice(0)) child.kill("SIGKILL");
  await rig.close();
});

const command = (...args: string[]): Command => {
  const started = rig.command(args);
  commands.push(started);
  return started;
};
const start = async (manifest: string, ...flags: string[]) => {
  await rig.file("plan.exec.yaml", manifest);
  return command("run", "plan.exec.yaml", "--json", ...flags);
};
const many = "20260101-120000-0001";
const assets = fileURLToPath(new URL("../../dist/inspect/", import.meta.url));
describe("a live run", () => {
  test("is shown from its first state to its last, also after a reload and when opened late", async () => {
    const run = await start(manifestOf([{ a: "", b: "a" }, { c: "b" }]), "--inspect");
    const url = await addressOf(run);
    const { page, complaints } = await openPage(browser, url);
    const a = await rig.agent("a");
    await looks(page, "a", "running");
    await looks(page, "b", "pending");
    await says(page, "run-state", "live");
    await task(page, "a").click();
    await a.write("first words\n");
    await page.getByText("first words").waitFor();
    await a.write("second words\n");
    await page.getByText("second words").waitFor();
    await a.exit(0, "VERDICT: CLEAN\n");
    await looks(page, "a", "done");
    await looks(page, "b", "running");

    await page.reload();
    await looks(page, "a", "done");
    await looks(page, "b", "running");
    await page.getByText("second words").waitFor();

    const late = await openPage(browser, url);
    await looks(late.page, "b", "running");
    await (await rig.agent("b")).exit(1);
    for (const seen of [page, late.page]) {
      await looks(seen, "b", "failed");
      await looks(seen, "c", "skipped");
      await says(seen, "run-state", "finished with exit status 1");
    }
    expect((await run.ended).code).toBe(1);
    // The server stops with the run, so the pages lose their connection.
    const ours = complaints.filter((text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/.test(text));
    expect(ours).toEqual([]);
  });

  test("highlights the current state of a chart while stepping through the journal", async () => {
    const run = await start(manifestOf([{ a: "", b: "a" }]), "--inspect");
    const { page } = await openPage(browser, `${await addressOf(run)}#view=charts&chart=a`);
    await rig.agent("a");
    await says(page, "state", "running");
    expect(await page.locator(".chart .current").getAttribute("data-state")).toBe("working.running");
    expect(await page.locator(".chart .transition.taken").textContent()).toBe("task.start");
    await page.getByRole("button", { name: "Previous step" }).click();
    await says(page, "state", "ready");
    expect(await page.locator(".chart .transition.taken").textContent()).toBe("task.ready");
    await page.getByRole("button", { name: "First event" }).click();
    await says(page, "state", "pending");
    await page.getByRole("button", { name: "Next step" }).click();
    await says(page, "state", "ready");
    await page.getByRole("button", { name: "Latest" }).click();
    await (await rig.agent("a")).exit();
    await says(page, "state", "done");
    await page.getByLabel("Machine").selectOption("orchestrator");
    await says(page, "state", "dispatching");
    await (await rig.agent("b")).exit();
    await says(page, "state", "settled");
    await run.ended;
  });

  test("has the results of dependencies marked in a prompt", async () => {
    const run = await start(manifestOf([{ a: "", b: "a" }]), "--inspect");
    const { page } = await openPage(browser, `${await addressOf(run)}#task=b`);
    await (await rig.agent("a")).exit(0, "the port is 4711\n## Not the end\nVERDICT: CLEAN\n");
    await looks(page, "b", "running");
    await tab(page, "Prompt").click();
    const routed = page.locator("pre mark");
    await routed.waitFor();
    expect(await routed.textContent()).toContain("the port is 4711");
    expect(await routed.textContent()).toContain("## Not the end");
    expect(await routed.textContent()).not.toContain("When you are done");
    await (await rig.agent("b")).exit();
    await run.ended;
  });
});

describe("an ended run", () => {
  test("that was killed is shown in its last state", async () => {
    const run = await start(manifestOf([{ a: "", b: "a" }]));
    await rig.agent("a");
    run.child.kill("SIGKILL");
    await run.ended;
    const inspect = command("inspect", "--no-open");
    const { page, complaints } = await openPage(browser, await addressOf(inspect));
    await says(page, "run-state", "killed");
    await looks(page, "a", "running");
    inspect.child.kill("SIGTERM");
    expect((await inspect.ended).code).toBe(0);
    await says(page, "run-state", "killed");
    expect(complaints.filter((text) => !text.includes("net::ERR_"))).toEqual([]);
  });

  test("takes an answer to a parked question only while a process executes it", async () => {
    const run = await start(manifestOf([{ a: "" }]));
    await (await rig.agent("a")).exit(0, "VERDICT: QUESTION which <port>?\n");
    await run.ended;
    const answers: [string, string][] = [];
    const onAnswer = (id: string, text: string) => {
      if (answers.length > 0) throw new Error("it was answered already");
      answers.push([id, text]);
    };
    const paths = await rig.latestRun();
    // Without a live process the page shows a command in place of a form; the lock below stands for that process.
    const ended = await openPage(browser, `${await addressOf(command("inspect", "--no-open"))}#task=a`);
    await ended.page.getByText(`interserve answer ${paths.run} a`).waitFor();
    expect(await ended.page.getByRole("button", { name: "Answer" }).count()).toBe(0);
    await takeLock(paths.lock);
    const inspector = await inspectRun(paths, { assets, onAnswer });
    try {
      const { page } = await openPage(browser, `${inspector.url}#task=a`);
      await page.getByLabel("which <port>?").fill("4711, of course");
      await page.getByRole("button", { name: "Answer" }).click();
      await page.getByText("Answer accepted.").waitFor();
      expect(answers).toEqual([["a", "4711, of course"]]);
      await page.getByLabel("which <port>?").fill("again");
      await page.getByRole("button", { name: "Answer" }).click();
      await page.getByText("Not accepted: it was answered already").waitFor();
    } finally {
      await inspector.close();
    }
  });
});

test("the command that answers an ended run works for any task id and from any directory", async () => {
  const run = await start(manifestOf([{ "it's  b": "" }]));
  await (await rig.agent("it's  b")).exit(0, "VERDICT: QUESTION which port?\n");
  await run.ended;
  const { run: name } = await rig.latestRun();
  const elsewhere = await Rig.make();
  try {
    const state = { INTERSERVE_STATE_DIR: rig.stateDir };
    const inspect = elsewhere.command(["inspect", "--no-open", "--project-dir", rig.dir], state);
    commands.push(inspect);
    const url = await addressOf(inspect);
    const command = `interserve answer ${name} 'it'\\''s  b' "…" --project-dir ${rig.dir}`;
    const { page } = await openPage(browser, `${url}#${new URLSearchParams({ task: "it's  b" })}`);
    await page.locator(".answer code").waitFor();
    // biome-ignore lint/performance/useDomNodeTextContent: includes the spaces that a person would copy.
    expect(await page.locator(".answer code").innerText()).toBe(command);
    const { origin } = new URL(url);
    const body = JSON.stringify({ task: "it's  b", text: "4711" });
    const response = await fetch(`${url}api/answer`, { method: "POST", headers: { origin }, body });
    expect(await response.text()).toBe(`The run has ended. Continue it with: ${command}\n`);
  } finally {
    await elsewhere.close();
  }
});

test("a run that is resumed with another manifest shows the new graph, and the old one after stepping back", async () => {
  const run = await start(manifestOf([{ a: "", b: "a", old: "b" }]));
  await (await rig.agent("a")).exit();
  await (await rig.agent("b")).exit(1);
  await run.ended;
  const { page, complaints } = await openPage(browser, await addressOf(command("inspect", "--no-open")));
  await looks(page, "old", "skipped");
  // Every arrow has a head, although many share one path.
  const arrows = async () => {
    const heads = page.locator(".lines .depends .heads, .lines .longest .heads");
    const drawn = await heads.evaluateAll((paths) => paths.map((path) => path.getAttribute("d") ?? ""));
    return drawn.join("").split("M").length - 1;
  };
  expect(await arrows()).toBe(2);
  await rig.file("plan.exec.yaml", manifestOf([{ a: "", b: "" }, { new: "b" }]));
  const resumed = command("resume", "--json", "--mode", "manual-batching");
  await rig.agents("b", 2);
  await looks(page, "new", "pending");
  await looks(page, "b", "running");
  await task(page, "old").waitFor({ state: "detached" });
  await page.getByText("manual-batching").waitFor();
  expect(await page.locator(".stage").count()).toBe(2);
  expect(await arrows()).toBe(1);
  await tab(page, "Statecharts").click();
  await page.locator(".chart").getByText("batchHasSettled").first().waitFor();
  await tab(page, "Graph").click();
  await page.getByRole("button", { name: "First event" }).click();
  await looks(page, "old", "pending");
  expect(await task(page, "new").count()).toBe(0);
  expect(complaints).toEqual([]);
  await (await rig.agents("b", 2))[1]?.exit();
  await (await rig.agent("new")).exit();
  expect((await resumed.ended).code).toBe(0);
});

describe("hostile content", () => {
  const hostile =
    "<img src=x onerror=alert(1)><script>alert(2)</script>\u001b[31mred\u001b]0;t\u0007\u202e&amp;";

  test("is shown as text in titles, reasons and outputs, and 10 MB of it do not block the page", async () => {
    const title = `title: ${JSON.stringify(hostile)}`;
    const run = await start(manifestOf([{ a: "", b: "" }], { task: { a: title } }), "--inspect");
    const { page, complaints } = await openPage(browser, `${await addressOf(run)}#task=a`);
    let dialogs = 0;
    page.on("dialog", (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    const a = await rig.agent("a");
    await page.locator(".task-title").waitFor();
    expect(await page.locator(".task-title").textContent()).toBe(
      "<img src=x onerror=alert(1)><script>alert(2)</script>red\ufffd&amp;",
    );
    await a.write(`${hostile}\n`);
    await page.locator("pre", { hasText: "<script>alert(2)</script>" }).waitFor();
    await a.write(`${"0123456789abcdef".repeat(64)}\n`.repeat(10_000));
    await a.exit(0, "the very end\nVERDICT: CLEAN\n");
    await page.getByText("the very end").waitFor();
    expect((await page.locator("pre").textContent())?.length).toBeLessThan(201_000);
    await tab(page, "Prompt").click();
    await page.locator("pre", { hasText: "<img src=x" }).waitFor();
    await (await rig.agent("b")).exit();
    await run.ended;
    expect({ dialogs, images: await page.locator("img").count() }).toEqual({ dialogs: 0, images: 0 });
    expect(complaints.filter((text) => !text.includes("net::ERR_"))).toEqual([]);
  });

  test("on a page of another origin can neither read nor post, and no page works without the token", async () => {
    const run = await start(manifestOf([{ a: "" }]), "--inspect");
    const url = await addressOf(run);
    await rig.agent("a");
    const foreign = createServer((_, response) => response.end("<!doctype html><title>foreign</title>"));
    await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
    try {
      const { page } = await openPage(
        browser,
        `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`,
      );
      const tried = await page.evaluate(async (url) => {
        const attempt = (path: string, init?: RequestInit) =>
          fetch(url + path, init).then(
            ({ status, type }) => `${type} ${status}`,
            () => "refused",
          );
        const framed = new Promise<string>((resolve) => {
          const frame = document.createElement("iframe");
          frame.onload = () => {
            try {
              resolve(frame.contentDocument ? "empty" : "shut");
            } catch {
              resolve("shut");
            }
          };
          frame.src = url;
          document.body.append(frame);
        });
        return {
          read: await attempt("api/run"),
          post: await attempt("api/answer", { method: "POST", body: "{}" }),
          events: await new Promise<string>((resolve) => {
            const source = new EventSource(`${url}api/events`);
            source.onmessage = () => resolve("read");
            source.onerror = () => resolve("refused");
          }),
          framed: await framed,
        };
      }, url);
      expect(tried).toEqual({ read: "refused", post: "refused", events: "refused", framed: "shut" });
      const bare = await openPage(browser, new URL("/", url).href);
      expect(await bare.page.textContent("body")).toContain("the token is missing or wrong");
    } finally {
      foreign.close();
    }
    await (await rig.agent("a")).exit();
    await run.ended;
  });
});

describe("accessibility", () => {
  test("axe finds no violation in light, dark or at a phone's width, and no page scrolls sideways", async () => {
    const files = { a: "files: [x]", b: "files: [x]", d: "files: [y]" };
    const run = await start(
      manifestOf(
        [
          { a: "", b: "" },
          { c: "a", d: "b" },
        ],
        { top: "mode: dependency-driven\nstage_barriers: relaxed", task: files },
      ),
      "--inspect",
    );
    const url = await addressOf(run);
    await (await rig.agent("a")).exit(0, "VERDICT: NEEDS_ATTENTION slow\n");
    await (await rig.agent("b")).exit(1);
    await rig.agent("c");
    await expectAccessibleViews((hash, options) => openPage(browser, `${url}${hash}`, options), {
      shown: "c",
      opened: "a",
      output: "VERDICT",
    });
    await (await rig.agent("c")).exit();
    await run.ended;
  });

  test("the keyboard reaches tabs, tasks and steps, and closes a task", async () => {
    const run = await start(manifestOf([{ a: "", b: "a" }]), "--inspect");
    const { page } = await openPage(browser, await addressOf(run));
    await rig.agent("a");
    await looks(page, "a", "running");
    await tab(page, "Graph").focus();
    await page.keyboard.press("ArrowRight");
    expect(await tab(page, "Timeline").getAttribute("aria-selected")).toBe("true");
    await page.keyboard.press("ArrowLeft");
    await task(page, "a").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "b", exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "b", exact: true }).waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-task"))).toBe("b");
    await page.keyboard.press(",");
    await looks(page, "a", "ready");
    await page.keyboard.press(".");
    await looks(page, "a", "running");
    await task(page, "b").click();
    await page.getByLabel("Event", { exact: true }).focus();
    await page.keyboard.press(",");
    await looks(page, "a", "ready");
    await page.keyboard.press("Home");
    await says(page, "step", "1/");
    await page.keyboard.press("l");
    await looks(page, "a", "running");
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "b", exact: true }).waitFor({ state: "detached" });
    await tab(page, "Timeline").click();
    await task(page, "b").click();
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-task"))).toBe("b");
    await tab(page, "Statecharts").click();
    await page.getByLabel("Machine").focus();
    await page.keyboard.press(",");
    await says(page, "step", /^(\d+)\/(?!\1 )/);
    await page.keyboard.press(".");
    await says(page, "step", /^(\d+)\/\1 /);
    for (const id of ["a", "b"]) await (await rig.agent(id)).exit();
    await run.ended;
  });
});

test("500 tasks are laid out and shown, and a change of one appears without a new layout", async () => {
  const stages = Array.from({ length: 10 }, (_, stage) =>
    Array.from({ length: 50 }, (_, at) => ({ id: `t${stage * 50 + at}`, stage: `stage ${stage}` })),
  );
  const tasks = stages.flat();
  const graph = {
    mode: "dependency-driven",
    max_parallel: 8,
    stage_barriers: "strict",
    tasks: tasks.map(({ id, stage }, at) => ({
      id,
      title: `Task number ${at}`,
      stage,
      depends: at < 50 ? [] : [`t${at - 50}`, `t${at - 50 + ((at * 7) % 50) - (at % 50)}`],
      files: [],
      tier: "deep",
      engine: "command",
    })),
    critical_path: stages.map(([first]) => first?.id),
    conflicts: [],
  };
  const directory = join(rig.stateDir, many);
  await mkdir(directory, { recursive: true });
  const at = "2025-01-01T00:00:00.000Z";
  const line = (event: object) => `${JSON.stringify({ v: 1, at, run: many, ...event })}\n`;
  const first = { event: "run.started", manifest: "m", directory, options: {}, ...graph };
  await writeFile(join(directory, "journal.jsonl"), line(first));
  await takeLock(join(directory, "lock"));
  const inspector = await inspectRun(runPaths(directory), { assets });
  try {
    const { page } = await openPage(browser, inspector.url);
    await looks(page, "t499", "pending");
    expect(await page.locator(".task").count()).toBe(500);
    const half = line({
      event: "task.started",
      task: "t499",
      attempt: 1,
      key: { prompt: "", options: "", results: "" },
    });
    await writeFile(join(directory, "journal.jsonl"), half.slice(0, 30), { flag: "a" });
    await writeFile(join(directory, "journal.jsonl"), half.slice(30), { flag: "a" });
    await looks(page, "t499", "running");
  } finally {
    await inspector.close();
  }
});

test("a browser shows every generated diagram", async () => {
  const directory = fileURLToPath(new URL("../../visualizations/diagrams/", import.meta.url));
  for (const name of (await readdir(directory)).filter((name) => name.endsWith(".svg"))) {
    const { page } = await openPage(browser, pathToFileURL(join(directory, name)).href);
    expect(await page.evaluate(() => document.documentElement.tagName)).toBe("svg");
    expect(await page.locator("parsererror").count()).toBe(0);
    expect(await readFile(join(directory, name), "utf8")).not.toContain("undefined");
  }
});
