import { access, appendFile, mkdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { findRun } from "../../src/journal/past-run.ts";
import { addressOf, type Command, manifestOf, Rig } from "../rig.ts";
import { ask, linesFrom, messages } from "./asking.ts";

const commands: Command[] = [];
const command = (rig: Rig, ...args: string[]): Command => {
  const started = rig.command(args);
  commands.push(started);
  return started;
};
const journalOf = async (rig: Rig) => (await findRun(rig.dir)).journal;
const linesOf = async (rig: Rig) => (await readFile(await journalOf(rig), "utf8")).split("\n").slice(0, -1);

describe("the page of an ended run", () => {
  let rig: Rig;
  let inspect: Command;
  let url: string;
  let origin: string;
  let token: string;

  beforeAll(async () => {
    rig = await Rig.make();
    const plan = manifestOf([{ a: "", "q/../..": "" }], { task: { a: "verify: [{run: 'true'}]" } });
    await rig.file("plan.exec.yaml", plan);
    await rig.file(".interserve/secret", "secret");
    const run = command(rig, "run", "plan.exec.yaml", "--json");
    await (await rig.agent("a")).exit(0, "what a says\nVERDICT: CLEAN\n");
    await (await rig.agent("q/../..")).exit(0, "VERDICT: QUESTION which?\n");
    await run.ended;
    inspect = command(rig, "inspect", "--no-open");
    url = await addressOf(inspect);
    ({ origin } = new URL(url));
    token = new URL(url).pathname.slice(1, -1);
  });
  afterAll(async () => {
    for (const { child } of commands.splice(0)) child.kill("SIGKILL");
    await rig.close();
  });
  const api = (path: string, rest?: Parameters<typeof ask>[2]) => ask(origin, `/${token}/api/${path}`, rest);
  const post = (body: NonNullable<Parameters<typeof ask>[2]>["body"], headers = {}) =>
    api("answer", { method: "POST", headers: { origin, ...headers }, ...(body ? { body } : {}) });

  test("is there, with its run and its charts, and headers that shut it in", async () => {
    const page = await ask(origin, `/${token}/`);
    expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(page.headers["referrer-policy"]).toBe("no-referrer");
    const { run, charts } = JSON.parse((await api("run")).text);
    expect([run, charts.task.id]).toEqual([(await findRun(rig.dir)).run, "task"]);
  });

  test("is told as one line of JSON with --json", async () => {
    const { child } = command(rig, "inspect", "--json", "--no-open");
    const lines = createInterface(child.stdout as Readable)[Symbol.asyncIterator]();
    const told = JSON.parse((await lines.next()).value ?? "null");
    expect(told).toEqual({ run: (await findRun(rig.dir)).run, url: expect.any(String), pid: child.pid });
    expect((await fetch(told.url)).status).toBe(200);
  });

  test("gives nothing without its token", async () => {
    const wrong = [
      "/",
      "/api/run",
      `/${token.slice(1)}/api/run`,
      `/${token}a/api/run`,
      `//${token}/api/run`,
      `/x/../${token}x/api/run`,
    ];
    for (const path of wrong) {
      const { status, text } = await ask(origin, path);
      expect([path, status, text]).toEqual([path, 403, expect.stringContaining("token is missing or wrong")]);
    }
  });

  test.each(["evil.example", "127.0.0.1", "localhost", "127.0.0.1.evil.example"])(
    "gives nothing to whoever comes by the name %s",
    async (name) => {
      for (const host of [name, `${name}:1`]) {
        expect((await api("run", { headers: { host } })).status).toBe(403);
        expect((await api("events", { headers: { host } })).status).toBe(403);
      }
    },
  );

  test("is there by the name localhost, with its port", async () => {
    const host = `localhost:${new URL(url).port}`;
    expect((await api("run", { headers: { host } })).status).toBe(200);
  });

  test.each(["http://evil.example", "null", "https://127.0.0.1:1"])(
    "gives nothing to, and takes nothing from, the origin %s",
    async (foreign) => {
      for (const path of ["run", "events", "file?task=a&attempt=1&name=output.md"]) {
        expect((await api(path, { headers: { origin: foreign } })).status).toBe(403);
      }
      const body = JSON.stringify({ task: "q/../..", text: "yes" });
      expect((await post(body, { origin: foreign })).status).toBe(403);
    },
  );

  test("takes no form that another site sends, whatever it calls itself", async () => {
    const headers = { "content-type": "text/plain", "sec-fetch-site": "cross-site" };
    const body = JSON.stringify({ task: "q/../..", text: "yes" });
    expect(await api("answer", { method: "POST", headers, body })).toMatchObject({
      status: 403,
      text: "an origin is missing\n",
    });
  });

  test("gives an attempt's files as text, and those alone", async () => {
    const file = (task: string, attempt: string, name: string) =>
      api(`file?${new URLSearchParams({ task, attempt, name })}`);
    const output = await file("a", "1", "output.md");
    expect([output.status, output.text]).toEqual([200, expect.stringContaining("what a says")]);
    expect(output.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect((await file("q/../..", "1", "output.md")).text).toContain("which?");
    const wrong = [
      ["b", "1", "output.md"],
      ["../tasks/a", "1", "output.md"],
      ["", "1", "output.md"],
      ["__proto__", "1", "output.md"],
      ["a", "0", "output.md"],
      ["a", "-1", "output.md"],
      ["a", "1/../1", "output.md"],
      ["a", "1e0", "output.md"],
      ["a", "01", "output.md"],
      ["a", "2", "output.md"],
      ["a", "1", "../1/output.md"],
      ["a", "1", "../../../journal.jsonl"],
      ["a", "1", "/etc/passwd"],
      ["a", "1", "output.md\0.txt"],
      ["a", "1", "output.md.part"],
      ["a", "1", "verify-1.txt/../output.md"],
      ["a", "1", ""],
    ] as const;
    for (const [task, attempt, name] of wrong) {
      const { status, text } = await file(task, attempt, name);
      expect([task, attempt, name, status, text]).toEqual([task, attempt, name, 404, "no such file\n"]);
    }
  });

  test.each([
    "../../../.interserve/secret",
    "..%2f..%2f..%2f.interserve%2fsecret",
    "%2e%2e/%2e%2e/package.json",
    "../main.js",
    "..\\..\\package.json",
    "/etc/passwd",
    "api/run/../../index.js%00.html",
  ])("serves no other file by the path %s", async (path) => {
    const { status } = await ask(origin, `/${token}/${path}`);
    expect([400, 403, 404]).toContain(status);
  });

  test("gives the journal from its start, or from behind the last line that somebody has", async () => {
    const lines = await linesOf(rig);
    expect(await linesFrom(`${url}api/events`, lines.length)).toEqual(lines);
    expect(await linesFrom(`${url}api/events`, 2, lines.length - 2)).toEqual(lines.slice(-2));
  });

  test.each(["-3", "none", "1.5e400", ""])("gives all of it to who has had line %s", async (had) => {
    for await (const { event, data } of messages(`${url}api/events`, { "Last-Event-ID": had })) {
      if (event === undefined) return expect(JSON.parse(data)).toEqual(await linesOf(rig));
    }
  });

  test("says that nobody carries the run out", async () => {
    for await (const { event, data } of messages(`${url}api/events`)) {
      return expect([event, data]).toEqual(["alive", "false"]);
    }
  });

  test("gives an output to its end, and says that it was", async () => {
    const query = new URLSearchParams({ task: "a", attempt: "1", name: "output.md" });
    const parts: string[] = [];
    for await (const { event, data } of messages(`${url}api/follow?${query}`)) {
      if (event === "end") break;
      parts.push(JSON.parse(data));
    }
    expect(parts.join("")).toContain("what a says");
    expect((await api("follow?task=a&attempt=1&name=..")).status).toBe(404);
  });

  test("says of a file that cannot be read that it cannot, and the terminal stays as it was", async () => {
    const attempt = join((await findRun(rig.dir)).path, "tasks/a/1");
    await mkdir(join(attempt, "events.jsonl"));
    let terminal = "";
    inspect.child.stderr?.on("data", (data) => {
      terminal += data;
    });
    const told: unknown[] = [];
    const stream = `${url}api/follow?task=a&attempt=1&name=events.jsonl`;
    for await (const { event, data } of messages(stream)) told.push([event, data]);
    expect(told).toEqual([["error", expect.stringContaining("EISDIR")]]);
    // Answered after whatever the stream has printed.
    expect((await api("run")).status).toBe(200);
    expect(terminal).toBe("");
  });

  test("takes no answer but a text, not too long, for a task of the run", async () => {
    const told = async (body: unknown) => {
      const { status, text } = await post(typeof body === "string" ? body : JSON.stringify(body));
      return `${status} ${text}`;
    };
    expect(await told("}{")).toMatch(/^400 expected JSON/);
    expect(await told("null")).toMatch(/^400 expected \{task, text\}/);
    expect(await told({ task: "b", text: "yes" })).toMatch(/^400/);
    expect(await told({ task: "a", text: " \n" })).toMatch(/^400/);
    expect(await told({ task: "a", text: 7 })).toMatch(/^400/);
    expect(await told({ task: ["a"], text: "yes" })).toMatch(/^400/);
    expect(await told({ task: "a", text: "x".repeat(64 * 1024) })).toBe("413 the answer is too long\n");
    // Of an ended run it says what to do.
    expect(await told({ task: "q/../..", text: "yes" })).toMatch(/^409 The run has ended.*interserve answer/);
  });

  test("reads no more of an answer than it takes", async () => {
    let poured = 0;
    function* endless() {
      const part = Buffer.alloc(64 * 1024, "x");
      // A gigabyte is endless enough: read whole, it would be told as too long only then.
      for (; poured < 1024 ** 3; poured += part.length) yield part;
    }
    const { status } = await post(endless());
    expect(status).toBe(413);
    expect(poured).toBeLessThan(64 * 1024 ** 2);
  });

  test("has no other methods", async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
      expect((await api("answer", { method, headers: { origin } })).status).toBe(404);
    }
  });
});

describe("a run that is on", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.make();
  });
  afterAll(() => rig.close());
  afterEach(() => {
    for (const { child } of commands.splice(0)) child.kill("SIGKILL");
  });
  const start = async (...stages: Parameters<typeof manifestOf>[0][number][]) => {
    await rig.file("plan.exec.yaml", manifestOf(stages));
    const run = command(rig, "run", "plan.exec.yaml", "--json", "--inspect");
    return { run, url: await addressOf(run) };
  };

  test("is told to all alike: from the start, and to who comes late; and then its end", async () => {
    const { run, url } = await start({ a: "", b: "a" });
    const first = messages(`${url}api/events`);
    const early: string[] = [];
    const read = (async () => {
      for await (const { event, data } of first) if (event === undefined) early.push(...JSON.parse(data));
    })();
    await (await rig.agent("a")).exit();
    const b = await rig.agent("b");
    const late = await linesFrom(`${url}api/events`, 6);
    await b.exit(0, "VERDICT: NEEDS_ATTENTION \u{1f6f0}\n");
    await run.ended;
    // The server has gone with the run, and has told all of it before.
    await read;
    const lines = await linesOf(rig);
    expect(early).toEqual(lines);
    expect(lines.slice(0, late.length)).toEqual(late);
    expect(JSON.parse(early.at(-1) ?? "").event).toBe("run.finished");
  });

  test("takes an answer for a task that is parked, and for no other", async () => {
    const { run, url } = await start({ c: "", d: "" });
    await (await rig.agent("c")).exit(0, "VERDICT: QUESTION which port?\n");
    await run.event("task.settled", "c");
    const { origin, pathname } = new URL(url);
    const tell = async (task: string) => {
      const body = JSON.stringify({ task, text: "4711" });
      const answered = await ask(origin, `${pathname}api/answer`, {
        method: "POST",
        headers: { origin },
        body,
      });
      return `${answered.status} ${answered.text}`;
    };
    expect(await tell("d")).toMatch(/^409 task "d" of .* has no open question/);
    expect(await tell("c")).toBe("204 ");
    const again = await rig.agent("c", 2);
    expect(again.prompt).toContain("4711");
    await again.exit();
    await (await rig.agent("d")).exit();
    expect((await run.ended).code).toBe(0);
  });

  test("that was killed and is gone on with is told of to who looks at it, its new tasks' files too", async () => {
    const { run } = await start({ e: "" });
    await rig.agent("e");
    // The agent may be there before the file that its output goes to.
    const output = join(await journalOf(rig), "../tasks/e/1/output.md.part");
    await vi.waitFor(() => access(output), { timeout: 60_000 });
    run.child.kill("SIGKILL");
    await run.ended;
    await appendFile(await journalOf(rig), '{"v":1,"event":"task.se');
    const url = await addressOf(command(rig, "inspect", "--no-open"));
    const told = await linesFrom(`${url}api/events`, 1);
    const read = linesFrom(`${url}api/events`, told.length + 5);
    const file = (task: string) =>
      fetch(`${url}api/file?${new URLSearchParams({ task, attempt: "1", name: "output.md" })}`);
    expect((await file("f")).status).toBe(404);
    expect((await file("e")).status).toBe(200);
    await rig.file("plan.exec.yaml", manifestOf([{ e: "", f: "" }]));
    const second = command(rig, "resume", "--json", "--inspect", "--xstate-inspect");
    const pages = await Promise.all([addressOf(second, "inspect"), addressOf(second, "xstate-inspect")]);
    for (const page of pages) expect((await fetch(page)).status).toBe(200);
    expect((await linesFrom(`${pages[0]}api/events`, 1))[0]).toBe(told[0]);
    await (await rig.agents("e", 2))[1]?.exit();
    await (await rig.agent("f")).exit(0, "what f says\nVERDICT: CLEAN\n");
    expect((await second.ended).code).toBe(0);
    expect((await read).map((line) => JSON.parse(line).event)).toContain("run.resumed");
    expect(await (await file("f")).text()).toContain("what f says");
  });
});

describe("a server that ends", () => {
  let rig: Rig;
  afterEach(async () => {
    for (const { child } of commands.splice(0)) child.kill("SIGKILL");
    await rig.close();
  });
  const later = (text: string) => `${JSON.stringify({ v: 1, event: "of.later", text })}\n`;
  const inspected = async () => {
    rig = await Rig.make();
    await rig.file("plan.exec.yaml", manifestOf([{ a: "" }]));
    const run = command(rig, "run", "plan.exec.yaml", "--json");
    await (await rig.agent("a")).exit();
    await run.ended;
    const inspect = command(rig, "inspect", "--no-open");
    return { inspect, url: new URL(await addressOf(inspect)) };
  };

  test("ends the streams of those who read once they have read all", async () => {
    const { inspect, url } = await inspected();
    const read: string[] = [];
    for await (const { event, data } of messages(`${url}api/events`)) {
      if (event !== undefined) continue;
      if (read.length === 0) {
        await appendFile(await journalOf(rig), later("the last words"));
        inspect.child.kill("SIGTERM");
      }
      read.push(...JSON.parse(data));
    }
    expect(read).toEqual(await linesOf(rig));
    expect(read.at(-1)).toContain("the last words");
    expect((await inspect.ended).code).toBe(0);
  });

  test("waits for nobody who does not read", async () => {
    const { inspect, url } = await inspected();
    // More than the system keeps for a socket that nobody reads.
    await appendFile(await journalOf(rig), later("x".repeat(1000)).repeat(40_000));
    const { port, host, pathname } = url;
    const sockets = ["GET", "HEAD"].map((method) => {
      const socket = connect(Number(port), "127.0.0.1");
      socket.on("error", () => {});
      socket.write(`${method} ${pathname}api/events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      return new Promise<void>((resolve) =>
        socket.once("data", () => {
          socket.pause();
          resolve();
        }),
      );
    });
    await Promise.all(sockets);
    inspect.child.kill("SIGTERM");
    expect((await inspect.ended).code).toBe(0);
  });
});
