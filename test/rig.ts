import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { RunEvent } from "../schemas/event.ts";
import { listRuns, type ProjectRecord, projectRecord } from "../src/journal/project-record.ts";
import type { RunPaths } from "../src/journal/run-directory.ts";

export const binary = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const agent = fileURLToPath(new URL("./fixtures/agent.mjs", import.meta.url));

/** The shell command of a task that starts a fake agent, which a test steps through its rig. */
export const agentCommand = `'${process.execPath}' '${agent}'`;

/** Values as they arrive. A test can wait for one that has not arrived yet. */
class Stream<T> {
  readonly all: T[] = [];
  private readonly waiting: { test: (value: T) => boolean; resolve: (value: T) => void }[] = [];
  push(value: T): void {
    this.all.push(value);
    for (const waiter of this.waiting.filter(({ test }) => test(value))) waiter.resolve(value);
  }
  /** Resolves with the first value that passes the test, whether it has arrived or not. */
  first(test: (value: T) => boolean): Promise<T> {
    const found = this.all.find(test);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.waiting.push({ test, resolve }));
  }
}

/** A running fake agent. */
export class Agent {
  readonly task: string;
  readonly prompt: string;
  readonly pid: number;
  readonly marker: string;
  readonly cwd: string;
  private readonly confirmations = new Stream<string>();
  private orders = 0;
  constructor(
    private readonly socket: Socket,
    hello: { task: string; prompt: string; pid: number; marker: string; cwd: string },
  ) {
    ({ task: this.task, prompt: this.prompt, pid: this.pid, marker: this.marker, cwd: this.cwd } = hello);
  }
  confirm(line: string): void {
    this.confirmations.push(line);
  }
  /** Writes to the agent's standard output. Resolves once it is written. */
  write = (text: string) => this.order({ write: text });
  /** Makes the agent ignore a signal from now on. */
  ignore = (signal: NodeJS.Signals) => this.order({ ignore: signal });
  exit = (status = 0, text?: string) => this.order({ write: text, exit: status });
  /** Sends an order. Resolves once the agent has confirmed it. */
  private async order(order: object): Promise<void> {
    this.orders += 1;
    const count = this.orders;
    this.socket.write(`${JSON.stringify(order)}\n`);
    await this.confirmations.first(() => this.confirmations.all.length >= count);
  }
}

/** A running command line of interserve. */
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
  /** Resolves with the first event of a name, and of a task if given. */
  event = (name: RunEvent["event"], task?: string): Promise<RunEvent> =>
    this.events.first((event) => event.event === name && (!task || ("task" in event && event.task === task)));
  /** The starts and ends of tasks so far, such as `a started` and `a pass`. */
  story = (): string[] =>
    this.events.all
      .filter(({ event }) => ["task.started", "task.settled"].includes(event))
      .map((event) => {
        const task = "task" in event ? event.task : "";
        return event.event === "task.settled" ? `${task} ${event.status}` : `${task} started`;
      });
}

/** A project in a temporary directory, the built command line, and fake agents that the test steps by hand. */
export class Rig {
  private readonly connected = new Stream<Agent>();
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

  /** Where runs are recorded, beside the project. */
  get stateDir(): string {
    return `${this.dir}.state`;
  }

  /** The record of a directory of the rig, the project by default. */
  record = (dir = this.dir): Promise<ProjectRecord> => projectRecord(dir, { env: this.env() });

  /** The runs of the project, oldest first. */
  runs = async (): Promise<RunPaths[]> => listRuns(await this.record());

  /** The latest run of the project. Throws if there is none. */
  async latestRun(): Promise<RunPaths> {
    const latest = (await this.runs()).at(-1);
    if (!latest) throw new Error("there is no run");
    return latest;
  }

  /** The folder of a run of the project that has this name, or may get it. */
  async runFolder(run: string): Promise<string> {
    const { folders } = await this.record();
    return join(folders[0] ?? "", run);
  }

  async file(path: string, text: string): Promise<string> {
    const full = resolve(this.dir, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
    return full;
  }

  private welcome(socket: Socket): void {
    let agent: Agent | undefined;
    socket.on("error", () => {});
    createInterface({ input: socket }).on("line", (line) => {
      if (agent) return agent.confirm(line);
      agent = new Agent(socket, JSON.parse(line));
      this.connected.push(agent);
    });
  }

  /** Resolves with the agent of a task's n-th attempt once it has started. */
  agent = (task: string, attempt = 1): Promise<Agent> =>
    this.connected.first((agent) => agent.task === task && agent.marker.endsWith(`/${attempt}`));

  /** Resolves with a task's agents, over all runs, once there are `count` of them. */
  async agents(task: string, count: number): Promise<Agent[]> {
    const all = () => this.connected.all.filter((agent) => agent.task === task);
    await this.connected.first(() => all().length >= count);
    return all();
  }

  /** The tasks whose agents have started, in the order in which they connected. */
  started = (): string[] => this.connected.all.map(({ task }) => task);

  /** The environment variables that commands and agents need. */
  env = () => ({
    // The runs that these tests start must not notice that CI runs the tests.
    GITHUB_ACTIONS: "",
    XDG_CONFIG_HOME: join(this.dir, "home"),
    INTERSERVE_STATE_DIR: this.stateDir,
    // The user trusts the configuration that a test writes.
    INTERSERVE_TRUST: "1",
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
    for (const dir of [this.dir, this.stateDir]) await rm(dir, { recursive: true, force: true });
  }
}

/** Resolves with the address of a page that a command prints, of the given name if it prints several. */
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
    command.child.on("close", () =>
      reject(new Error(`the command ended without printing an address: ${text}`)),
    );
  });
}

/** A manifest of stages, each with its tasks as `id: depends`. Every task is a fake agent. */
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
