import { access, appendFile, mkdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { addressOf, type Command, manifestOf, Rig } from "../rig.ts";
import { messages, readLines, sendRequest } from "./client.ts";

const commands: Command[] = [];
const command = (rig: Rig, ...args: string[]): Command => {
  const started = rig.command(args);
  commands.push(started);
  return started;
};
const journalOf = async (rig: Rig) => (await rig.latestRun()).journal;
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
    await rig.file("secret", "secret");
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
  const api = (path: string, rest?: Parameters<typeof sendRequest>[2]) =>
    sendRequest(origin, `/${token}/api/${path}`, rest);
  const post = (body: NonNullable<Parameters<typeof sendRequest>[2]>["body"], headers = {}) =>
    api("answer", { method: "POST", headers: { origin, ...headers }, ...(body ? { body } : {}) });

  test("is served with its run, its charts and security headers", async () => {
    const page = await sendRequest(origin, `/${token}/`);
    expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(page.headers["referrer-policy"]).toBe("no-referrer");
    const { run, charts } = JSON.parse((await api("run")).text);
    expect([run, charts.task.id]).toEqual([(await rig.latestRun()).run, "task"]);
  });

  test("has its address printed as one line of JSON with --json", async () => {
    const { child } = command(rig, "inspect", "--json", "--no-open");
    const lines = createInterface(child.stdout as Readable)[Symbol.asyncIterator]();
    const printed = JSON.parse((await lines.next()).value ?? "null");
    expect(printed).toEqual({ run: (await rig.latestRun()).run, url: expect.any(String), pid: child.pid });
    expect((await fetch(printed.url)).status).toBe(200);
  });

  test("refuses every path without its token", async () => {
    const wrong = [
      "/",
      "/api/run",
      `/${token.slice(1)}/api/run`,
      `/${token}a/api/run`,
      `//${token}/api/run`,
      `/x/../${token}x/api/run`,
    ];
    for (const path of wrong) {
      const { status, text } = await sendRequest(origin, path);
      expect([path, status, text]).toEqual([path, 403, expect.stringContaining("token is missing or wrong")]);
    }
  });

  test.each(["evil.example", "127.0.0.1", "localhost", "127.0.0.1.evil.example"])(
    "refuses requests to the host %s",
    async (name) => {
      for (const host of [name, `${name}:1`]) {
        expect((await api("run", { headers: { host } })).status).toBe(403);
        expect((await api("events", { headers: { host } })).status).toBe(403);
      }
    },
  );

  test("is served at the host localhost with its port", async () => {
    const host = `localhost:${new URL(url).port}`;
    expect((await api("run", { headers: { host } })).status).toBe(200);
  });

  test.each(["http://evil.example", "null", "https://127.0.0.1:1"])(
    "refuses requests of any kind from the origin %s",
    async (foreign) => {
      for (const path of ["run", "events", "file?task=a&attempt=1&name=output.md"]) {
        expect((await api(path, { headers: { origin: foreign } })).status).toBe(403);
      }
      const body = JSON.stringify({ task: "q/../..", text: "yes" });
      expect((await post(body, { origin: foreign })).status).toBe(403);
    },
  );

  test("refuses a form that another site posts without an Origin header", async () => {
    const headers = { "content-type": "text/plain", "sec-fetch-site": "cross-site" };
    const body = JSON.stringify({ task: "q/../..", text: "yes" });
    expect(await api("answer", { method: "POST", headers, body })).toMatchObject({
      status: 403,
      text: "the Origin header is missing\n",
    });
  });

  test("serves an attempt's files as text, and no other files", async () => {
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
  ])("serves no file at the path %s", async (path) => {
    const { status } = await sendRequest(origin, `/${token}/${path}`);
    expect([400, 403, 404]).toContain(status);
  });

  test("streams the journal from its start, or after the last line that a page has", async () => {
    const lines = await linesOf(rig);
    expect(await readLines(`${url}api/events`, lines.length)).toEqual(lines);
    expect(await readLines(`${url}api/events`, 2, lines.length - 2)).toEqual(lines.slice(-2));
  });

  test.each(["-3", "none", "1.5e400", ""])("streams the whole journal if Last-Event-ID is %j", async (id) => {
    for await (const { event, data } of messages(`${url}api/events`, { "Last-Event-ID": id })) {
      if (event === undefined) return expect(JSON.parse(data)).toEqual(await linesOf(rig));
    }
  });

  test("reports that no process executes the run", async () => {
    for await (const { event, data } of messages(`${url}api/events`)) {
      return expect([event, data]).toEqual(["alive", "false"]);
    }
  });

  test("streams an output to its end, and then an end event", async () => {
    const query = new URLSearchParams({ task: "a", attempt: "1", name: "output.md" });
    const parts: string[] = [];
    for await (const { event, data } of messages(`${url}api/follow?${query}`)) {
      if (event === "end") break;
      parts.push(JSON.parse(data));
    }
    expect(parts.join("")).toContain("what a says");
    expect((await api("follow?task=a&attempt=1&name=..")).status).toBe(404);
  });

  test("reports an unreadable file on the page and prints nothing on the terminal", async () => {
    const attempt = join((await rig.latestRun()).path, "tasks/a/1");
    await mkdir(join(attempt, "events.jsonl"));
    let terminal = "";
    inspect.child.stderr?.on("data", (data) => {
      terminal += data;
    });
    const received: unknown[] = [];
    const stream = `${url}api/follow?task=a&attempt=1&name=events.jsonl`;
    for await (const { event, data } of messages(stream)) received.push([event, data]);
    expect(received).toEqual([["error", expect.stringContaining("EISDIR")]]);
    // This response comes after anything the stream would have printed.
    expect((await api("run")).status).toBe(200);
    expect(terminal).toBe("");
  });

  test("accepts only an answer with a task of the run and a text that is not empty or too long", async () => {
    const statusOf = async (body: unknown) => {
      const { status, text } = await post(typeof body === "string" ? body : JSON.stringify(body));
      return `${status} ${text}`;
    };
    expect(await statusOf("}{")).toMatch(/^400 expected JSON/);
    expect(await statusOf("null")).toMatch(/^400 expected \{task, text\}/);
    expect(await statusOf({ task: "b", text: "yes" })).toMatch(/^400/);
    expect(await statusOf({ task: "a", text: " \n" })).toMatch(/^400/);
    expect(await statusOf({ task: "a", text: 7 })).toMatch(/^400/);
    expect(await statusOf({ task: ["a"], text: "yes" })).toMatch(/^400/);
    expect(await statusOf({ task: "a", text: "x".repeat(64 * 1024) })).toBe("413 the answer is too long\n");
    // An answer to an ended run is refused with the command that resumes it.
    expect(await statusOf({ task: "q/../..", text: "yes" })).toMatch(
      /^409 The run has ended.*interserve answer/,
    );
  });

  test("stops reading an answer that is too long", async () => {
    let sentBytes = 0;
    function* gigabyte() {
      const part = Buffer.alloc(64 * 1024, "x");
      // A server that read the whole body would answer only after this gigabyte.
      for (; sentBytes < 1024 ** 3; sentBytes += part.length) yield part;
    }
    const { status } = await post(gigabyte());
    expect(status).toBe(413);
    expect(sentBytes).toBeLessThan(64 * 1024 ** 2);
  });

  test("answers 404 to other methods", async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
      expect((await api("answer", { method, headers: { origin } })).status).toBe(404);
    }
  });
});

describe("a live run", () => {
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

  test("is streamed to its end to every page, from the start for a late one too", async () => {
    const { run, url } = await start({ a: "", b: "a" });
    const first = messages(`${url}api/events`);
    const early: string[] = [];
    const read = (async () => {
      for await (const { event, data } of first) if (event === undefined) early.push(...JSON.parse(data));
    })();
    await (await rig.agent("a")).exit();
    const b = await rig.agent("b");
    const late = await readLines(`${url}api/events`, 6);
    await b.exit(0, "VERDICT: NEEDS_ATTENTION \u{1f6f0}\n");
    await run.ended;
    // The server stops with the run, after it has sent the whole journal.
    await read;
    const lines = await linesOf(rig);
    expect(early).toEqual(lines);
    expect(lines.slice(0, late.length)).toEqual(late);
    expect(JSON.parse(early.at(-1) ?? "").event).toBe("run.finished");
  });

  test("accepts an answer to a parked task, and refuses one to a running task", async () => {
    const { run, url } = await start({ c: "", d: "" });
    await (await rig.agent("c")).exit(0, "VERDICT: QUESTION which port?\n");
    await run.event("task.settled", "c");
    const { origin, pathname } = new URL(url);
    const answer = async (task: string) => {
      const body = JSON.stringify({ task, text: "4711" });
      const response = await sendRequest(origin, `${pathname}api/answer`, {
        method: "POST",
        headers: { origin },
        body,
      });
      return `${response.status} ${response.text}`;
    };
    expect(await answer("d")).toMatch(/^409 task "d" of .* has no open question/);
    expect(await answer("c")).toBe("204 ");
    const again = await rig.agent("c", 2);
    expect(again.prompt).toContain("4711");
    await again.exit();
    await (await rig.agent("d")).exit();
    expect((await run.ended).code).toBe(0);
  });

  test("that is resumed after a kill is streamed to an open page, with the files of its new tasks", async () => {
    const { run } = await start({ e: "" });
    await rig.agent("e");
    // The agent may start before its output file exists.
    const output = join(await journalOf(rig), "../tasks/e/1/output.md.part");
    await vi.waitFor(() => access(output), { timeout: 60_000 });
    run.child.kill("SIGKILL");
    await run.ended;
    await appendFile(await journalOf(rig), '{"v":1,"event":"task.se');
    const url = await addressOf(command(rig, "inspect", "--no-open"));
    const before = await readLines(`${url}api/events`, 1);
    const read = readLines(`${url}api/events`, before.length + 5);
    const file = (task: string) =>
      fetch(`${url}api/file?${new URLSearchParams({ task, attempt: "1", name: "output.md" })}`);
    expect((await file("f")).status).toBe(404);
    expect((await file("e")).status).toBe(200);
    await rig.file("plan.exec.yaml", manifestOf([{ e: "", f: "" }]));
    const second = command(rig, "resume", "--json", "--inspect", "--xstate-inspect");
    const pages = await Promise.all([addressOf(second, "inspect"), addressOf(second, "xstate-inspect")]);
    for (const page of pages) expect((await fetch(page)).status).toBe(200);
    expect((await readLines(`${pages[0]}api/events`, 1))[0]).toBe(before[0]);
    await (await rig.agents("e", 2))[1]?.exit();
    await (await rig.agent("f")).exit(0, "what f says\nVERDICT: CLEAN\n");
    expect((await second.ended).code).toBe(0);
    expect((await read).map((line) => JSON.parse(line).event)).toContain("run.resumed");
    expect(await (await file("f")).text()).toContain("what f says");
  });
});

describe("a closing server", () => {
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

  test("ends a stream once its reader has the whole journal", async () => {
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

  test("does not wait for clients that do not read", async () => {
    const { inspect, url } = await inspected();
    // More than the system buffers for a socket.
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
