import { StringDecoder } from "node:string_decoder";
import { openRegularFile } from "./ends-of-file.ts";
import { Screen } from "./screen.ts";
import type { TextReader } from "./text-lines.ts";
import { withoutControls } from "./visible.ts";

const pieceBytes = 256 * 1024;

/**
 * Reads what a terminal would show of a file of any size, in bounded memory. With `most`, of a file that is longer than
 * twice as many bytes only its first and last `most` bytes are read, and a line in between says so. Returns the number of bytes that were skipped;
 * undefined, with an empty text, if the file does not exist or is not a regular one.
 */
export async function readShownFile(
  path: string,
  reader: TextReader,
  most = Number.POSITIVE_INFINITY,
): Promise<number | undefined> {
  const file = await openRegularFile(path);
  const screen = new Screen((text) => reader.push(withoutControls(text)));
  try {
    if (!file) return undefined;
    const { handle, size } = file;
    const skipped = Math.max(0, size - 2 * most);
    let decoder = new StringDecoder("utf8");
    const buffer = Buffer.alloc(Math.min(size, pieceBytes));
    for (let at = 0; at < size; ) {
      if (skipped > 0 && at === most) {
        at += skipped;
        decoder = new StringDecoder("utf8");
        screen.push(`\n[… ${skipped} bytes not read …]\n`);
      }
      const end = skipped > 0 && at < most ? most : size;
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - at), at);
      if (bytesRead === 0) break;
      screen.push(decoder.write(buffer.subarray(0, bytesRead)));
      at += bytesRead;
    }
    screen.push(decoder.end());
    return skipped;
  } finally {
    screen.end();
    reader.end();
    await file?.handle.close();
  }
}
