import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Pty } from "../pty.ts";
import { manifestOf, Rig } from "../rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.make({
    "p.exec.yaml": manifestOf([{ b: "", c: "" }]),
    "batches.exec.yaml": manifestOf([{ a: "" }, { b: "" }, { c: "" }]).replace(
      /^mode: .*/m,
      "mode: manual-batching",
    ),
  });
});
afterEach(() => rig.close());

/** Answers as if from another terminal. */
async function answerElsewhere(task: string): Promise<void> {
  const { run } = await rig.latestRun();
  expect((await rig.run("answer", run, task, "from elsewhere")).code).toBe(0);
}
const ends = async (task: string, attempt: number, verdict: string) =>
  (await rig.agent(task, attempt)).exit(0, `VERDICT: ${verdict}\n`);

describe("a question at the terminal that is answered elsewhere", () => {
  test("is withdrawn, and the run continues on the screen", async () => {
    const pty = await Pty.open(rig, ["run", "p.exec.yaml"]);
    await ends("c", 1, "CLEAN");
    await ends("b", 1, "QUESTION port?");
    await pty.until(() => pty.screen.text().includes("b asks: port?\n(leave empty"));
    await answerElsewhere("b");
    await pty.until(() => pty.screen.text().includes("b attempt 2"));
    await ends("b", 2, "CLEAN");
    expect(await pty.ended).toBe(0);
    expect(pty.screen.text()).toContain("2 pass of 2");
  });

  test("does not take the answer to the next question", async () => {
    const pty = await Pty.open(rig, ["run", "p.exec.yaml"]);
    await ends("b", 1, "QUESTION port?");
    await ends("c", 1, "QUESTION colour?");
    await pty.until(() => pty.screen.text().includes("b asks: port?\n(leave empty"));
    await answerElsewhere("b");
    await ends("b", 2, "CLEAN");
    await pty.until(() => pty.screen.text().includes("c asks: colour?\n(leave empty"));
    pty.type("blue\n");
    expect((await rig.agent("c", 2)).prompt).toContain("blue");
    await ends("c", 2, "CLEAN");
    expect(await pty.ended).toBe(0);
  });

  test("also withdraws the question about the next batch", async () => {
    const pty = await Pty.open(rig, ["run", "batches.exec.yaml", "--step"]);
    const batches = () => pty.screen.text().split("Start the next batch").length - 1;
    await ends("a", 1, "CLEAN");
    await pty.until(() => batches() === 1);
    pty.type("y\n");
    await ends("b", 1, "QUESTION port?");
    await pty.until(() => batches() === 2);
    await answerElsewhere("b");
    await ends("b", 2, "QUESTION which port?");
    await pty.until(() => batches() === 3);
    pty.type("\n");
    await ends("c", 1, "CLEAN");
    await pty.until(() => pty.screen.text().includes("b asks: which port?\n(leave empty"));
    pty.type("8080\n");
    await ends("b", 3, "CLEAN");
    expect(await pty.ended).toBe(0);
  });
});
