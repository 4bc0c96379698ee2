import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { addressOf, type Command, manifestOf, Rig } from "../../rig.ts";

let rig: Rig;
let run: Command;
let socket: WebSocket;
/** The session of each actor that the inspector has registered, by the actor's id. */
let sessions: Map<string, string>;
beforeEach(async () => {
  rig = await Rig.make();
  await rig.file("plan.exec.yaml", manifestOf([{ a: "", b: "", c: "a" }]));
  run = rig.command(["run", "plan.exec.yaml", "--json", "--xstate-inspect"]);
  const url = await addressOf(run, "xstate-inspect");
  await Promise.all(["a", "b"].map((task) => rig.agent(task)));
  sessions = new Map();
  socket = new WebSocket(`${url.replace("http", "ws")}ws`, { origin: new URL(url).origin });
  socket.on("message", (data) => {
    const { type, id, sessionId } = JSON.parse(String(data));
    if (type === "service.register") sessions.set(id, sessionId);
  });
  await once(socket, "open");
  await flush();
});
afterEach(async () => {
  socket.terminate();
  run.child.kill("SIGKILL");
  await rig.close();
});

/** Resolves once the server has read everything sent so far: the pong to a ping comes after that. */
async function flush(): Promise<void> {
  socket.ping();
  await once(socket, "pong");
}
const sessionOf = (start: string) => [...sessions].find(([id]) => id.startsWith(start))?.[1];
const orchestrator = () => [...sessions.values()][0];
const send = (data: object, to = orchestrator()) =>
  socket.send(
    JSON.stringify({ type: "xstate.event", event: JSON.stringify({ name: "n", data, origin: to }) }),
  );
const eventNames = () => run.events.all.map(({ event }) => event);

test("run.cancel cancels the run, with the reason in its journal", async () => {
  send({ type: "run.cancel", reason: "seen enough" });
  const { code } = await run.ended;
  expect(code).toBe(1);
  expect(await run.event("run.cancelled")).toMatchObject({ reason: "seen enough" });
  expect(run.story().slice(2).sort()).toEqual(["a cancelled", "b cancelled", "c cancelled"]);
});

test("task.answer answers a parked task", async () => {
  await (await rig.agent("a")).exit(0, "VERDICT: QUESTION which port?\n");
  await run.event("task.settled", "a");
  send({ type: "task.answer", task: "a", text: "4711" });
  expect((await rig.agent("a", 2)).prompt).toContain("4711");
  expect(await run.event("task.answered", "a")).toMatchObject({ attempt: 1, text: "4711" });
});

test("a receiver of @statelyai/inspect gets every state of an actor, with the event that led to it", async () => {
  const stately = new WebSocket(`${socket.url.replace(/ws$/, "")}stately`);
  const states: string[] = [];
  const isRunning = new Promise<void>((resolve) => {
    stately.on("message", (data) => {
      const { type, sessionId, event, snapshot } = JSON.parse(String(data));
      if (type !== "@xstate.snapshot" || sessionId !== sessionOf("task:c")) return;
      states.push(`${event.type}: ${JSON.stringify(snapshot.value)}`);
      if (event.type === "task.start") resolve();
    });
  });
  await once(stately, "open");
  await (await rig.agent("a")).exit();
  await isRunning;
  expect(states).toEqual(['task.ready: "ready"', 'task.start: {"working":"running"}']);
  stately.terminate();
});

test("no other event reaches a machine", async () => {
  const pass = { status: "pass" };
  send({ type: "task.settled", task: "a", outcome: pass });
  send({ type: "task.waiting", task: "a" });
  send({ type: "question.dismissed", task: "a" });
  send({ type: "xstate.done.actor.askQuestions", output: [] });
  send({ type: "xstate.done.actor.approveBatch", output: true });
  send({ type: "xstate.stop" });
  send({ type: "xstate.done.actor.task:a", output: pass });
  send({ type: "task.cancel", outcome: pass }, sessionOf("task:a"));
  send({ type: "run.cancel", reason: "to a task" }, sessionOf("task:a"));
  send({ type: "run.cancel", reason: "to nobody" }, "x:99");
  send({ type: "run.cancel", reason: "r".repeat(2000) });
  send({ type: "run.cancel", reason: { toString: "no text" } });
  // These tasks have no open question.
  send({ type: "task.answer", task: "b", text: "yes" });
  send({ type: "task.answer", task: "zz", text: "yes" });
  for (const text of ["", "}{", "null", "[]", '{"type":"xstate.event","event":"}{"}']) socket.send(text);
  socket.send(Buffer.from([0xff, 0xfe]));
  await flush();
  const before = eventNames();
  expect(before.filter((name) => name === "task.started")).toHaveLength(2);
  for (const task of ["a", "b", "c"]) await (await rig.agent(task)).exit();
  expect((await run.ended).code).toBe(0);
  expect(eventNames()).not.toContain("run.cancelled");
  expect(run.story().filter((line) => line.endsWith("pass"))).toHaveLength(3);
});

test("a client that sends a message over the size limit is disconnected, and the run continues", async () => {
  const closed = once(socket, "close");
  socket.send("x".repeat(100 * 1024));
  await closed;
  for (const task of ["a", "b", "c"]) await (await rig.agent(task)).exit();
  expect((await run.ended).code).toBe(0);
});
