import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { RunEvent } from "../schemas/event.ts";

export const binary = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const agent = fileURLToPath(new URL("./fixtures/agent.mjs", import.meta.url));

/** The shell command that makes a task a fake agent of the rig's. */
export const agentCommand = `'${process.execPath}' '${agent}'`;

/** A value that comes later, and those who wait for it. */
class Stream<T> {
  readonly all: T[] = [];
  private readonly waiting: { test: (value: T) => boolean; resolve: (value: T) => void }[] = [];
  push(value: T): void {
    this.all.push(value);
    for (const waiter of this.waiting.filter(({ test }) => test(value))) waiter.resolve(value);
  }
  /** The first value that fits, there already or still to come. */
  first(test: (value: T) => boolean): Promise<T> {
    const found = this.all.find(test);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.waiting.push({ test, resolve }));
  }
}

/** One running fake agent. */
export class Agent {
  readonly task: string;
  readonly prompt: string;
  readonly pid: number;
  readonly marker: string;
  readonly cwd: string;
  private readonly did = new Stream<string>();
  private told = 0;
  constructor(
    private readonly socket: Socket,
    hello: { task: string; prompt: string; pid: number; marker: string; cwd: string },
  ) {
    ({ task: this.task, prompt: this.prompt, pid: this.pid, marker: this.marker, cwd: this.cwd } = hello);
  }
  heard(line: string): void {
    this.did.push(line);
  }
  /** Writes to its standard output; resolves once it has. */
  write = (text: string) => this.tell({ write: text });
  /** Ignores a signal from here on. */
  ignore = (signal: NodeJS.Signals) => this.tell({ ignore: signal });
  exit = (status = 0, text?: string) => this.tell({ write: text, exit: status });
  private async tell(order: object): Promise<void> {
    this.told += 1;
    const count = this.told;
    this.socket.write(`${JSON.stringify(order)}\n`);
    await this.did.first(() => this.did.all.length >= count);
  }
}

/** A command of ours under way. */
export class Command {
  readonly events = new Stream<RunEvent>();
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  constructor(readonly child: ChildProcess) {
    let [stdout, stderr] = ["", ""];
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.on("line", (line) => {
      stdout += `${line}\n`;
      if (line.startsWith('{"event"')) this.events.push(JSON.parse(line));
    });
    child.stderr?.on("data", (data) => {
      stderr += data;
    });
    this.ended = new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
  }
  /** The event of a task, once it has happened. */
  event = (name: RunEvent["event"], task?: string): Promise<RunEvent> =>
    this.events.first((event) => event.event === name && (!task || ("task" in event && event.task === task)));
  /** What has happened so far, as `event task` words. */
  story = (): string[] =>
    this.events.all
      .filter(({ event }) => ["task.started", "task.settled"].includes(event))
      .map((event) => {
        const task = "task" in event ? event.task : "";
        return event.event === "task.settled" ? `${task} ${event.status}` : `${task} started`;
      });
}

/** A project in a temporary directory, the real binary, and agents that the test steps by hand. */
export class Rig {
  private readonly known = new Stream<Agent>();
  private constructor(
    readonly dir: string,
    private readonly server: Server,
    private readonly main: string,
  ) {}

  /** With `main`, the commands run another command line than the one in dist. */
  static async make(files: Readonly<Record<string, string>> = {}, main = binary): Promise<Rig> {
    const dir = await realpath(await mkdtemp(join(tmpdir(), "interserve-")));
    const server = createServer();
    const rig = new Rig(dir, server, main);
    server.on("connection", (socket) => rig.welcome(socket));
    await new Promise<void>((resolve) => server.listen(join(dir, "agents.sock"), resolve));
    for (const [path, text] of Object.entries(files)) await rig.file(path, text);
    return rig;
  }

  async file(path: string, text: string): Promise<string> {
    const full = join(this.dir, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
    return full;
  }

  private welcome(socket: Socket): void {
    let known: Agent | undefined;
    socket.on("error", () => {});
    createInterface({ input: socket }).on("line", (line) => {
      if (known) return known.heard(line);
      known = new Agent(socket, JSON.parse(line));
      this.known.push(known);
    });
  }

  /** The agent of a task's n-th attempt, once it has started. */
  agent = (task: string, attempt = 1): Promise<Agent> =>
    this.known.first((agent) => agent.task === task && agent.marker.endsWith(`/${attempt}`));

  /** The first `count` agents of a task, once there are so many, over all runs. */
  async agents(task: string, count: number): Promise<Agent[]> {
    const all = () => this.known.all.filter((agent) => agent.task === task);
    await this.known.first(() => all().length >= count);
    return all();
  }

  /** The tasks whose agents have started, in the order in which they said so. */
  started = (): string[] => this.known.all.map(({ task }) => task);

  /** What commands and agents need of their environment. */
  env = () => ({
    // Where these tests run is nothing to the runs that they start.
    GITHUB_ACTIONS: "",
    XDG_CONFIG_HOME: join(this.dir, "home"),
    AGENTS_SOCKET: join(this.dir, "agents.sock"),
  });

  command(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = this.dir): Command {
    const child = spawn(process.execPath, [this.main, ...args], {
      cwd,
      env: {
        ...process.env,
        NO_COLOR: "1",
        ...this.env(),
        ...env,
      },
    });
    return new Command(child);
  }

  /** Runs a command to its end. */
  run = (...args: string[]) => {
    const command = this.command(args);
    command.child.stdin?.end();
    return command.ended;
  };

  async close(): Promise<void> {
    this.server.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** The address of a page that a command prints; where it prints several, the one of this name. */
export function addressOf(command: Command, name = "[^ ]+"): Promise<string> {
  const pattern = new RegExp(`^${name}: (http://127\\.0\\.0\\.1:\\d+/[\\w-]+/)$`, "m");
  return new Promise((resolve, reject) => {
    let text = "";
    const look = (data: Buffer) => {
      text += data;
      const url = pattern.exec(text)?.[1];
      if (url) resolve(url);
    };
    command.child.stdout?.on("data", look);
    command.child.stderr?.on("data", look);
    command.child.on("close", () => reject(new Error(`it ended without an address: ${text}`)));
  });
}

/** Tasks in short, `id: depends`, as a manifest's stages in which every task is a fake agent. */
export function manifestOf(
  stages: readonly Readonly<Record<string, string>>[],
  extra: { readonly top?: string; readonly task?: Readonly<Record<string, string>> } = {},
): string {
  const lines = ["version: 1", extra.top ?? "mode: dependency-driven", "stages:"];
  stages.forEach((stage, at) => {
    lines.push(`  - name: stage ${at + 1}`, "    tasks:");
    for (const [id, depends] of Object.entries(stage)) {
      const list = depends.split(" ").filter(Boolean).join(", ");
      lines.push(`      - id: ${id}`, `        depends: [${list}]`);
      lines.push(`        run: ${JSON.stringify(agentCommand)}`);
      for (const line of extra.task?.[id]?.split("\n") ?? []) lines.push(`        ${line}`);
    }
  });
  return `${lines.join("\n")}\n`;
}
