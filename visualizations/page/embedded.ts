import type { Embedded } from "./facts.ts";

/** Returns the JSON in an element of this page; undefined if there is no such element. */
const embeddedJson = (id: string): unknown => {
  const text = typeof document === "undefined" ? undefined : document.getElementById(id)?.textContent;
  return text ? JSON.parse(text) : undefined;
};

/** Returns what large data in this page, a text in gzip and base64, stands for. */
async function decompressed(base64: string): Promise<unknown> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

const run = embeddedJson("run");
/** The run in this page; undefined if a server sends it. */
export const embedded = (typeof run === "string" ? await decompressed(run) : run) as Embedded | undefined;

/** Returns an attempt's file as far as this page holds it, with a note in place of what is left out; "" if it holds none. */
export function embeddedFile({ files }: Embedded, task: string, attempt: number, name: string): string {
  const file = files.find((one) => one.task === task && one.attempt === attempt && one.name === name);
  if (!file) return "";
  const { head, left_out, tail } = file.text;
  return left_out > 0 ? `${head}\n[… ${left_out} bytes left out of this report …]\n${tail}` : head + tail;
}

/** Returns an address of the layout engine's script in this page; undefined if a server sends that. */
export function embeddedWorker(): string | undefined {
  const script = embeddedJson("worker");
  return typeof script === "string"
    ? URL.createObjectURL(new Blob([script], { type: "text/javascript" }))
    : undefined;
}
