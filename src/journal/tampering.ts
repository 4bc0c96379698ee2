/** What the file system says of a file, as far as it shows who has written to it. */
export interface FileFacts {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly ctimeNs: bigint;
}

/**
 * Returns what something other than this process did to a file that this process writes, or undefined if nothing shows.
 * `path` is what lies at the file's path, undefined if nothing does; `open` is the open file, both after a write that
 * made the file `size` bytes long. `wasTouched` says that the open file had changed since the write before that one,
 * and `isSame` whether its contents are still what was written.
 */
export async function findTampering(
  path: FileFacts | undefined,
  open: FileFacts,
  size: bigint,
  wasTouched: boolean,
  isSame: () => Promise<boolean>,
): Promise<string | undefined> {
  if (!path) return "was removed";
  if (path.dev !== open.dev || path.ino !== open.ino) return "was replaced by another file";
  if (open.size < size) return "was cut off";
  if (open.size > size) return "was changed by another process";
  return wasTouched && !(await isSame()) ? "was changed by another process" : undefined;
}
