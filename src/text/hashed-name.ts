import { createHash } from "node:crypto";

/** Returns a name for a file system: the plain part of `shown`, and a hash of `identity`, which may be any text. */
export function hashedName(identity: string, shown = identity): string {
  const plain = shown.replaceAll(/[^A-Za-z0-9-]+/g, "-").slice(0, 40);
  return `${plain}~${createHash("sha256").update(identity).digest("hex").slice(0, 12)}`;
}
