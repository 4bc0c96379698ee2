import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { addressOf, manifestOf, Rig } from "../rig.ts";
import { expectAccessible, openBrowser, openPage } from "./browser.ts";

let browser: Browser;
let rig: Rig;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  rig = await Rig.make();
});
afterEach(() => rig.close());

test("a page that is opened late shows the machines through @xstate/inspect, and what they do next", async () => {
  await rig.file("plan.exec.yaml", manifestOf([{ a: "", b: "a" }]));
  const run = rig.command(["run", "plan.exec.yaml", "--json", "--xstate-inspect"]);
  const url = await addressOf(run);
  const a = await rig.agent("a");
  const { page, complaints } = await openPage(browser, url);
  const shows = (id: string, state: string) =>
    page.locator(`[data-actor="${id}"]`, { hasText: state }).first().waitFor();
  await shows("task:a", "running");
  await shows("task:b", "pending");
  await expectAccessible(page);
  await a.exit();
  await shows("task:a", "done");
  await shows("task:b", "running");
  expect(complaints).toEqual([]);
  await (await rig.agent("b")).exit();
  expect((await run.ended).code).toBe(0);
});

test("a receiver of @statelyai/inspect gets the events, and another origin is refused", async () => {
  await rig.file("plan.exec.yaml", manifestOf([{ a: "" }]));
  const run = rig.command(["run", "plan.exec.yaml", "--json", "--xstate-inspect"]);
  const address = `${(await addressOf(run)).replace("http", "ws")}stately`;
  const a = await rig.agent("a");
  const foreign = new WebSocket(address, { origin: "http://evil.example" });
  await expect(
    new Promise((resolve, reject) => {
      foreign.on("open", resolve);
      foreign.on("error", reject);
    }),
  ).rejects.toThrow();
  const messages: { type: string; name?: string; snapshot?: { value: unknown } }[] = [];
  const socket = new WebSocket(address);
  const settled = new Promise<void>((resolve) => {
    socket.on("message", (data) => {
      messages.push(JSON.parse(String(data)));
      if (messages.at(-1)?.snapshot?.value === "settled") resolve();
    });
  });
  await new Promise((resolve) => socket.on("open", resolve));
  await a.exit();
  await settled;
  expect(messages.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["@xstate.actor", "@xstate.event", "@xstate.snapshot"]),
  );
  expect(messages.find(({ name }) => name === "task:a")?.snapshot?.value).toEqual({ working: "running" });
  expect((await run.ended).code).toBe(0);
});
