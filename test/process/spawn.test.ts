import { existsSync } from "node:fs";
import { chmod, open, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { describe, expect, test, vi } from "vitest";
import { lineSplitter } from "../../src/process/lines.ts";
import { runProcess } from "../../src/process/spawn.ts";
import { makeSceneForEachTest, scene } from "./scene.ts";

makeSceneForEachTest();

describe("a process that ends by itself", () => {
  test("reports its exit status and leaves its output in its files", async () => {
    const end = await scene.shell("echo out; echo err >&2; exit 3");
    expect(end).toMatchObject({ ended: "exited", exitCode: 3, stdoutBytes: 4 });
    expect(end.durationMs).toBeGreaterThan(0);
    expect([await scene.text("out"), await scene.text("err")]).toEqual(["out\n", "err\n"]);
    expect(existsSync(scene.path("out.part"))).toBe(false);
  });

  test("reports the signal that killed it", async () => {
    expect(await scene.shell("kill -KILL $$")).toMatchObject({ ended: "signalled", signal: "SIGKILL" });
  });

  test("has only the environment that it was given", async () => {
    await scene.run(["/usr/bin/env"], { env: { ONLY: "this", INTERSERVE_ATTEMPT: scene.marker } });
    expect((await scene.text("out")).trim().split("\n").sort()).toEqual([
      `INTERSERVE_ATTEMPT=${scene.marker}`,
      "ONLY=this",
    ]);
  });

  test("gets its arguments unchanged, without a shell in between", async () => {
    await scene.run(["printf", "%s|", "$HOME", "a b", "", "*"]);
    expect(await scene.text("out")).toBe("$HOME|a b||*|");
  });

  test("reads its whole input", async () => {
    const input = "ü\n".repeat(500_000);
    expect(await scene.run(["cat"], { input })).toMatchObject({ exitCode: 0, stdoutBytes: 1_500_000 });
    expect(await scene.text("out")).toBe(input);
  });

  test("finds its input at its end if there is none", async () => {
    expect(await scene.run(["cat"])).toMatchObject({ ended: "exited", exitCode: 0, stdoutBytes: 0 });
  });

  test("need not read its input", async () => {
    const input = "x".repeat(5_000_000);
    expect(await scene.shell("exit 4", { input })).toMatchObject({ ended: "exited", exitCode: 4 });
  });
});

describe("the output of a process", () => {
  test("is kept byte for byte if it is not UTF-8", async () => {
    await scene.shell(String.raw`printf '\377\376\000\303(\355\240\200\n'`);
    const bytes = [0xff, 0xfe, 0, 0xc3, 0x28, 0xed, 0xa0, 0x80, 10];
    expect([...(await readFile(scene.path("out")))]).toEqual(bytes);
  });

  test("does not grow memory if it is 100 MB", async () => {
    const used = () => {
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = used();
    let most = 0;
    const push = () => {
      most = Math.max(most, used() - before);
    };
    const end = await scene.shell("yes | head -c 100000000", { watchStdout: { push, end() {} } });
    expect(end).toMatchObject({ ended: "exited", exitCode: 0, stdoutBytes: 100_000_000 });
    expect((await stat(scene.path("out"))).size).toBe(100_000_000);
    expect(most).toBeLessThan(70_000_000);
  });

  test("is complete even if the process ends at once", async () => {
    for (let at = 0; at < 50; at += 1) {
      expect(await scene.run(["echo", `${at}`])).toMatchObject({ exitCode: 0 });
      expect(await scene.text("out")).toBe(`${at}\n`);
    }
  });

  test("has another file name until it is complete", async () => {
    const seen: boolean[] = [];
    const look = { push: () => void seen.push(existsSync(scene.path("out"))), end() {} };
    await scene.shell("echo one; echo two", { watchStdout: look });
    expect(seen).not.toContain(true);
    expect(await scene.text("out")).toBe("one\ntwo\n");
  });

  test("is reported up to a limit per line", async () => {
    const lines: string[] = [];
    const watchStdout = lineSplitter((line) => lines.push(line), 1000);
    await scene.shell("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo short; printf last", {
      watchStdout,
    });
    expect(lines).toEqual(["x".repeat(1000), "short", "last"]);
  });

  test("is reported even if it goes to no file", async () => {
    const lines: string[] = [];
    const { stderrFile: _, ...request } = scene.request({ shell: "echo said >&2" });
    await runProcess({ ...request, watchStderr: lineSplitter((line) => lines.push(line)) });
    expect(lines).toEqual(["said"]);
  });

  test("is complete even if it passes through a process that outlives its leader", async () => {
    expect(await scene.tree(["tee"]).end).toMatchObject({ ended: "exited", exitCode: 0 });
    expect((await scene.text("out")).trim().split("\n").at(-1)).toBe("1000");
  });

  test.each(["yes", "echo few"])("of %j ends the process with a reason if the disk is full", async (line) => {
    await using handle = await open("/dev/null");
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    const write = vi.spyOn(Object.getPrototypeOf(handle), "writeFile").mockRejectedValue(full);
    const end = await scene.shell(line).finally(() => write.mockRestore());
    expect(end).toMatchObject({ ended: "output-lost", message: expect.stringContaining("ENOSPC") });
  });

  test("replaces a link in the place of its file, and does not follow it", async () => {
    await writeFile(scene.path("elsewhere"), "untouched");
    await symlink(scene.path("elsewhere"), scene.path("out.part"));
    expect(await scene.shell("echo out")).toMatchObject({ ended: "exited" });
    expect([await scene.text("out"), await scene.text("elsewhere")]).toEqual(["out\n", "untouched"]);
  });

  test("ends the process with a reason if its directory does not exist", async () => {
    const end = await scene.shell("yes", { stderrFile: scene.path("missing/err") });
    expect(end).toMatchObject({ ended: "output-lost", message: expect.stringContaining("missing/err") });
  });

  test("ends the process with a reason if a watcher throws", async () => {
    const push = () => {
      throw new Error("choked");
    };
    const end = await scene.shell("yes", { watchStdout: { push, end() {} } });
    expect(end).toMatchObject({ ended: "output-lost", message: "choked" });
  });
});

describe("a process that cannot be started gives the reason", () => {
  test("if there is no such program", async () => {
    const end = await scene.run(["no-such-program"]);
    expect(end).toMatchObject({ ended: "not-started", message: expect.stringContaining("no-such-program") });
  });

  test("if the program is not executable", async () => {
    await writeFile(scene.path("plain"), "#!/bin/sh\n");
    await chmod(scene.path("plain"), 0o644);
    const end = await scene.run([scene.path("plain")]);
    expect(end).toMatchObject({
      ended: "not-started",
      message: `${scene.path("plain")} is not executable`,
    });
  });

  test.each(["missing", "file"])("if its working directory is %s", async (name) => {
    await writeFile(scene.path("file"), "");
    const { ended, message } = await scene.shell("true", { cwd: scene.path(name) });
    expect(ended).toBe("not-started");
    expect(message).toContain(`the working directory ${scene.path(name)} does not exist`);
  });

  test.each([
    ["a NUL in its command line", { shell: "echo \0" }, {}],
    ["a NUL in its environment", { shell: "true" }, { A: "\0" }],
    ["more arguments than the system takes", ["echo", "x".repeat(5_000_000)] as const, {}],
  ])("if it has %s", async (_, command, env) => {
    const end = await scene.run(command, { env });
    expect(end).toMatchObject({ ended: "not-started", message: expect.stringMatching(/^.{5,400}$/) });
  });

  test("if it was cancelled before", async () => {
    scene.abort();
    expect(await scene.shell("touch ran")).toMatchObject({ ended: "cancelled" });
    expect(existsSync(scene.path("ran"))).toBe(false);
  });
});
