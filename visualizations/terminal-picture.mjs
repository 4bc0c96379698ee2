// A terminal's screen as HTML: script(1) runs a command in a pseudo-terminal, and an emulated terminal draws it.
import { spawn } from "node:child_process";
import xterm from "@xterm/headless";

/** Runs a command line in a pseudo-terminal. Resolves with its screen as HTML once `shows` accepts the screen's text. */
export async function terminalPicture(command, { cwd, env, columns, rows, shows }) {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const child = spawn(
    "script",
    ["-qfec", `stty cols ${columns} rows ${rows}; exec ${command}`, "/dev/null"],
    {
      cwd,
      env: { ...process.env, SHELL: "/bin/sh", TERM: "xterm-256color", CI: "", NO_COLOR: "", ...env },
    },
  );
  const ended = new Promise((resolve) => child.once("close", resolve));
  const html = await new Promise((resolve, reject) => {
    child.stdout.on("data", (data) =>
      terminal.write(data, () => {
        const lines = linesOf(terminal);
        if (shows(lines.map(textOf).join("\n"))) resolve(lines.map(htmlOf).join("\n"));
      }),
    );
    ended.then(() => reject(new Error(`\`${command}\` ended before its screen showed the expected text`)));
  });
  child.kill();
  await ended;
  return `<pre>${html}</pre>`;
}

const textOf = (line) => line.translateToString(true);

/** Returns the screen's lines without empty ones at the end. */
function linesOf({ rows, buffer: { active } }) {
  const lines = Array.from({ length: rows }, (_, at) => active.getLine(active.baseY + at));
  return lines.slice(0, lines.findLastIndex((line) => textOf(line) !== "") + 1);
}

const palette = ["#1f2328", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4"];
const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Returns a line as HTML, with a span for each run of characters of one style. */
function htmlOf(line) {
  let html = "";
  let last = "";
  for (let column = 0; column < line.length; column += 1) {
    const cell = line.getCell(column);
    if (cell.getWidth() === 0) continue;
    const color = cell.isFgPalette() ? `color:${palette[cell.getFgColor() % 8]};` : "";
    const style = `${color}${cell.isBold() ? "font-weight:bold;" : ""}${cell.isDim() ? "opacity:.65;" : ""}`;
    if (style !== last) html += `${html ? "</span>" : ""}<span style="${style}">`;
    last = style;
    html += (cell.getChars() || " ").replace(/[&<>]/g, (char) => escapes[char]);
  }
  return `${html}</span>`;
}
