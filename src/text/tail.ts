import { endsOfFile } from "./ends-of-file.ts";

/** The last bytes of a file of any size, as text; empty if the file does not exist or is not a regular one. */
export async function tailOf(path: string, bytes = 64 * 1024): Promise<string> {
  const ends = await endsOfFile(path, () => ({ head: 0, tail: bytes }));
  return ends ? ends.head + ends.tail : "";
}
