import { isDeepStrictEqual } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { colorsFor, isInteractive } from "../../src/terminal/colors.ts";
import { Pty } from "../pty.ts";
import { manifestOf, Rig } from "../rig.ts";

describe("colours and redrawing", () => {
  test.each([
    // environment, colours on a terminal and on a pipe, redrawn on a terminal
    [{}, true, false, true],
    [{ NO_COLOR: "" }, true, false, true],
    [{ NO_COLOR: "0" }, false, false, true],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, false, false, true],
    [{ FORCE_COLOR: "1" }, true, true, true],
    [{ FORCE_COLOR: "" }, true, false, true],
    [{ FORCE_COLOR: "0" }, false, false, true],
    [{ CLICOLOR: "0", CLICOLOR_FORCE: "1" }, true, false, true],
    [{ TERM: "dumb" }, false, false, false],
    [{ TERM: "dumb", FORCE_COLOR: "3" }, true, true, false],
    [{ CI: "true" }, true, false, false],
    [{ CI: "false" }, true, false, true],
  ] as const)(
    "%o: colours in a terminal %o, on a pipe %o; redrawn in place %o",
    (env, onTerminal, onPipe, redrawn) => {
      const [terminal, pipe] = [{ isTTY: true }, { isTTY: false }];
      expect(colorsFor(terminal, env).isColorSupported).toBe(onTerminal);
      expect(colorsFor(pipe, env).isColorSupported).toBe(onPipe);
      expect(isInteractive(terminal, env)).toBe(redrawn);
      expect(isInteractive(pipe, env)).toBe(false);
    },
  );
});

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({
    "p.exec.yaml": manifestOf([{ a: "", b: "" }, { c: "a" }], { task: { a: "title: 長い題名の課題 🚀🚀" } }),
  });
});
afterEach(() => rig.close());

/** What is shown at each size, in this order. */
const frames: readonly (readonly [number, number, string, string])[] = [
  [
    80,
    24,
    "       0s a 長い題名の課題 🚀🚀  a line that is as long as can be, 全角文字の…",
    "running, 1 pending",
  ],
  [40, 20, "   0s a 長い題名の課題…  a line that i…", "running, 1 pending"],
  [20, 8, "   0s a 長い題…  a…", "running,…"],
  [33, 10, "   0s a 長い題名の…  a line tha…", "running, 1 pending"],
  [
    100,
    30,
    "       0s a 長い題名の課題 🚀🚀  a line that is as long as can be, 全角文字の長い行である, and is …",
    "running, 1 pending",
  ],
  [
    80,
    24,
    "       0s a 長い題名の課題 🚀🚀  a line that is as long as can be, 全角文字の…",
    "running, 1 pending",
  ],
];

/** Escape sequences other than colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
const movement = /\u001b(?!\[\d*m)/;

describe("a run in a terminal", () => {
  test("is redrawn after a change of size: no line is wrapped and nothing old is left", async () => {
    const pty = await Pty.open(rig, ["run", "p.exec.yaml"]);
    const { screen } = pty;
    const agent = await rig.agent("a");
    await agent.write(
      "a line that is as long as can be, 全角文字の長い行である, and is to be cut, since it is so long\n",
    );
    await rig.agent("b");
    for (const [at, [columns, rows, task, counts]] of frames.entries()) {
      if (at > 0) pty.resize(columns, rows);
      const pad = columns < 51 ? "   0s b" : "       0s b";
      const frame = ["stage 1 0/2", task, pad, "stages: 1 pending", `0/3 0s  2 ${counts}`];
      await pty.until(() => isDeepStrictEqual(screen.rows().slice(-frame.length), frame));
      expect(screen.text().match(/^stage 1/gm)).toHaveLength(1);
    }
    pty.type("\u0003");
    expect(await pty.ended).toBe(130);
    expect(screen.text()).toContain("3 cancelled of 3");
    expect(screen.text()).not.toMatch(/\d running/);
  });

  test("has no colours under NO_COLOR, but is redrawn in place", async () => {
    const pty = await Pty.open(rig, ["run", "p.exec.yaml"], { env: { NO_COLOR: "1" } });
    await pty.until(() => pty.screen.text().includes("2 running"));
    for (const task of ["a", "b", "c"]) await (await rig.agent(task)).exit();
    expect(await pty.ended).toBe(0);
    expect(pty.raw).toMatch(movement);
    expect(pty.raw).not.toContain("\u001b[0m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours.
    expect(pty.raw).not.toMatch(/\u001b\[\d+m/);
  });

  test.each([
    ["TERM=dumb", { TERM: "dumb" }],
    ["CI", { CI: "true" }],
  ])("is printed line by line, without moving the cursor, under %s", async (_, env) => {
    const pty = await Pty.open(rig, ["run", "p.exec.yaml"], { env });
    for (const task of ["a", "b", "c"]) await (await rig.agent(task)).exit();
    expect(await pty.ended).toBe(0);
    expect(pty.raw).not.toMatch(movement);
    expect(pty.screen.text()).toMatch(/started +c/);
  });
});

test("output to a pipe has no escape sequences", async () => {
  const run = rig.command(["run", "p.exec.yaml"], { NO_COLOR: "", FORCE_COLOR: "" });
  run.child.stdin?.end();
  for (const task of ["a", "b", "c"]) await (await rig.agent(task)).exit(task === "b" ? 1 : 0);
  const { stdout, stderr } = await run.ended;
  expect(stdout).toContain("fail");
  expect(stdout + stderr).not.toContain("\u001b");
});
