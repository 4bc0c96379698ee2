import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { binary, type Rig } from "./rig.ts";
import { Screen } from "./screen.ts";

const frozenClock = new URL("./fixtures/frozen-clock.mjs", import.meta.url).href;
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/**
 * A command line of interserve in a pseudo-terminal, made by script(1), with an emulated screen. Its clock stands
 * still.
 */
export class Pty {
  /** Everything that the command wrote, as text. */
  raw = "";
  readonly ended: Promise<number | null>;
  private tty = "";
  private waiting: (() => void)[] = [];
  private constructor(
    private readonly child: ChildProcess,
    readonly screen: Screen,
  ) {
    child.stdout?.on("data", (data: Buffer) => void this.read(data));
    this.ended = new Promise((resolve) => child.on("close", resolve));
  }

  static async open(
    rig: Rig,
    args: readonly string[],
    { columns = 80, rows = 24, env = {} as Readonly<Record<string, string>> } = {},
  ): Promise<Pty> {
    const command = [process.execPath, binary, ...args].map(quoted).join(" ");
    const shell = `stty cols ${columns} rows ${rows}; echo "on $(tty)"; exec ${command}`;
    const child = spawn("script", ["-qfec", shell, "/dev/null"], {
      cwd: rig.dir,
      env: {
        ...process.env,
        SHELL: "/bin/sh",
        CI: "",
        NODE_NO_WARNINGS: "1",
        NO_COLOR: "",
        FORCE_COLOR: "",
        TERM: "xterm-256color",
        NODE_OPTIONS: `--import=${frozenClock}`,
        ...rig.env(),
        ...env,
      },
    });
    const pty = new Pty(child, new Screen(columns, rows));
    await pty.until(() => pty.tty !== "");
    return pty;
  }

  /** Resolves once the test passes for the screen or the output; it is tried after every change. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.child.exitCode !== null)
        throw new Error(`ended, and the screen shows:\n${this.screen.text()}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Types as a person does. */
  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Changes the size as terminals do, the emulated screen first. No output may be in transit meanwhile. */
  resize(columns: number, rows: number): void {
    this.screen.resize(columns, rows);
    execFileSync("stty", ["-F", this.tty, "cols", String(columns), "rows", String(rows)]);
  }

  private async read(data: Buffer): Promise<void> {
    await this.screen.write(data);
    this.raw += data.toString();
    if (!this.tty) {
      this.tty = /^on (\S+)\r$/m.exec(this.raw)?.[1] ?? "";
    }
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
