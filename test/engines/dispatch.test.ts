import { chmod, copyFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { dispatchEngine } from "../../src/engines/dispatch.ts";
import { attempt, fixture, makeAttemptForEachTest } from "./attempt.ts";

const script = fixture("fake-dispatch.sh");
const engine = dispatchEngine({ script }, {});

makeAttemptForEachTest();

const verdict = (lines: string): string => `--- VERDICT ---\n${lines}\n---\n`;
/** The outcome of a sidecar and an exit status. */
const outcomeOf = (sidecar: string, status = 0) =>
  attempt.by(engine, { env: { FAKE_VERDICT: sidecar, FAKE_EXIT: `${status}`, FAKE_OUTPUT: "said\n" } });

describe("a dispatch script", () => {
  test("gets prompt, directory, output, tier and sandbox, and its output is the log", async () => {
    await attempt.by(engine, { tier: "fast" });
    const { prompt, output } = attempt.files;
    const args = ["--prompt-file", prompt, "-C", attempt.path("project"), "-o", output];
    const all = [...args, "--tier", "fast", "-s", "workspace-write"];
    const log = await attempt.text("log");
    expect(log.split("\n").filter((line) => line.startsWith("argument:"))).toEqual(
      all.map((arg) => `argument: ${arg}`),
    );
    expect(log).toContain("to standard error\n");
    expect(attempt.progress).toContain("to standard error");
  });

  test("is run directly if it is executable, else by bash", async () => {
    const plain = attempt.path("plain.sh");
    await copyFile(script, plain);
    await chmod(plain, 0o644);
    await attempt.by(dispatchEngine({ script: plain }, {}));
    expect(await attempt.text("log")).toContain("shell: bash\n");
    await attempt.by(engine);
    expect(await attempt.text("log")).toContain("shell: /bin/bash\n");
  });

  test("is the one that CLAVAIN_DISPATCH_SH names, even if another is configured", async () => {
    const named = dispatchEngine({ script: "/nowhere" }, { CLAVAIN_DISPATCH_SH: script });
    expect(await named.missing([])).toBeUndefined();
    const env = { FAKE_VERDICT: verdict("STATUS: pass") };
    expect(await attempt.by(named, { env })).toMatchObject({ status: "pass" });
  });

  test("is reported in one sentence if it is missing", async () => {
    expect(await dispatchEngine({}, {}).missing([])).toMatch(
      /CLAVAIN_DISPATCH_SH.*engines\.dispatch\.script/,
    );
    expect(await dispatchEngine({ script: "/no/such.sh" }, {}).missing([])).toContain(
      '"/no/such.sh", which is not a file',
    );
    expect(await dispatchEngine({ script: "/tmp" }, {}).missing([])).toContain("which is not a file");
    expect(await attempt.by(dispatchEngine({}, {}))).toMatchObject({
      status: "error",
      failure: "configuration",
    });
  });
});

describe("the sidecar of a dispatch script", () => {
  test.each([
    ["pass", { status: "pass", verdict: "pass: all good" }],
    ["PASS", { status: "pass" }],
    ["warn", { status: "warn", reason: "all good" }],
    ["fail", { status: "fail", failure: "task", reason: "all good" }],
    ["error", { status: "error", failure: "task", reason: "all good" }],
    ["question", { status: "question", reason: "all good" }],
    ["escalated", { status: "escalated", reason: "all good" }],
    ["retry", { status: "error", failure: "transient", reason: "all good" }],
  ])("with STATUS %s gives %j", async (status, outcome) => {
    const sidecar = verdict(`STATUS: ${status}\nFILES: 3 changed\nFINDINGS: 0\nSUMMARY: all good`);
    expect(await outcomeOf(sidecar)).toMatchObject({ ...outcome, exit_code: 0, output_bytes: 5 });
  });

  test("with STATUS pass gives no reason", async () => {
    expect(await outcomeOf(verdict("STATUS: pass\nSUMMARY: all good"))).not.toHaveProperty("reason");
  });

  test.each(["fail", "warn", "question", "retry"])(
    "with STATUS %s and no summary gives a reason",
    async (status) => {
      expect(await outcomeOf(verdict(`STATUS: ${status}`))).toMatchObject({
        reason: `the verdict is ${status}, without a summary`,
      });
    },
  );

  test.each(["pass", "warn"])("with STATUS %s is a failure after a bad exit status", async (status) => {
    expect(await outcomeOf(verdict(`STATUS: ${status}\nSUMMARY: fine`), 2)).toMatchObject({
      status: "fail",
      reason: `the verdict is ${status}, but the exit status is 2: fine`,
      exit_code: 2,
    });
  });

  test("with STATUS fail is a failure after exit status 0", async () => {
    expect(await outcomeOf(verdict("STATUS: fail"), 0)).toMatchObject({ status: "fail" });
  });

  test.each(["great", "skipped", "cancelled", "pass fail", "__proto__", "constructor"])(
    "with unknown STATUS %s is a failure",
    async (status) => {
      expect(await outcomeOf(verdict(`STATUS: ${status}`))).toMatchObject({
        status: "fail",
        failure: "task",
        reason: expect.stringMatching(`^expected a STATUS of pass, .*, retry, found "${status}"$`),
      });
    },
  );

  test("without a STATUS is a failure", async () => {
    expect(await outcomeOf(verdict("SUMMARY: x"))).toMatchObject({
      status: "fail",
      reason: expect.stringContaining("found none"),
    });
  });

  test.each([0, 7])("is an error if it is missing, after exit status %i", async (status) => {
    expect(await attempt.by(engine, { env: { FAKE_EXIT: `${status}` } })).toMatchObject({
      status: "error",
      failure: "crashed",
      reason: `exit status ${status} and no verdict: to standard error`,
      exit_code: status,
    });
  });

  test.each(["", "STATUS: pass\n", "say --- VERDICT ---\nSTATUS: pass\n"])(
    "is an error if it has no block, as in %j",
    async (text) => {
      expect(await outcomeOf(text)).toMatchObject({ status: "error" });
    },
  );

  test("is read without colours and invisible characters", async () => {
    const sidecar = `\\0357\\0273\\0277\\033[1m--- VERDICT ---\\033[0m\n\\033[33mSTATUS: warn\\033[0m\nSUMMARY: slow\n---\n`;
    expect(await outcomeOf(sidecar)).toMatchObject({ status: "warn", reason: "slow" });
  });

  test("ends at the end of its block or of the file", async () => {
    expect(await outcomeOf("--- VERDICT ---\nSUMMARY: x\n---\nSTATUS: pass\n")).toMatchObject({
      status: "fail",
    });
    expect(await outcomeOf("noise\n--- VERDICT ---\r\nSTATUS: pass")).toMatchObject({ status: "pass" });
  });

  test("gives a reason of one printable line", async () => {
    const sidecar = verdict(`STATUS: warn\nSUMMARY: \\033[2Ja\\001b ${"x".repeat(2000)}`);
    const { reason = "" } = await outcomeOf(sidecar);
    expect(reason).toMatch(/^ab x+…$/);
    expect(reason).toHaveLength(500);
  });

  test("and the output of an earlier attempt are not taken for those of this one", async () => {
    await writeFile(`${attempt.files.output}.verdict`, verdict("STATUS: pass"));
    await writeFile(attempt.files.output, "old");
    const outcome = await attempt.by(engine);
    expect(outcome).toMatchObject({ status: "error" });
    expect(outcome).not.toHaveProperty("output");
  });

  test("is an error if it is not a file", async () => {
    const zero = attempt.path("zero.sh");
    await writeFile(zero, '#!/bin/sh\nln -s /dev/zero "$6.verdict"\n');
    expect(await attempt.by(dispatchEngine({ script: zero }, {}))).toMatchObject({ status: "error" });
  });
});

test("the hand-over in the output of a dispatch script is part of the outcome", async () => {
  const env = {
    FAKE_VERDICT: verdict("STATUS: pass"),
    FAKE_OUTPUT: "Done.\n## Hand-over\nUse x.\nVERDICT: CLEAN\n",
  };
  expect(await attempt.by(engine, { env })).toMatchObject({
    hand_over: "Use x.",
    output: attempt.files.output,
  });
});

test("a dispatch script that takes too long is a timeout, whatever its sidecar says", async () => {
  const slow = attempt.path("slow.sh");
  await writeFile(slow, 'printf -- "--- VERDICT ---\\nSTATUS: pass\\n" > "$6.verdict"; exec sleep 1000\n');
  const outcome = await attempt.by(dispatchEngine({ script: slow }, {}), { timeoutMs: 500 });
  expect(outcome).toMatchObject({ status: "fail", failure: "timeout" });
});
