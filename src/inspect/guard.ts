import { randomBytes, timingSafeEqual } from "node:crypto";

/** Makes a token of 192 random bits that needs no escaping in a path. */
export const newToken = (): string => randomBytes(24).toString("base64url");

/** The parts of a request that tell who sends it. */
export interface Sender {
  readonly method: string;
  readonly path: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/**
 * Returns why a request is refused; undefined if it is served. The host must be ours, or any site whose domain points
 * at this machine could read the page. So must the origin, which only reading requests may omit. The token is the
 * path's first part.
 */
export function refusalReason(
  { method, path, host, origin }: Sender,
  port: number,
  token: string,
): string | undefined {
  const names = ["127.0.0.1", "localhost"];
  // Browsers omit port 80.
  const hosts = [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])];
  if (!host || !hosts.includes(host)) return "unknown host: open the address that interserve printed";
  if (origin !== undefined && origin !== new URL(`http://${host}`).origin)
    return "requests from other sites are refused";
  if (origin === undefined && method !== "GET" && method !== "HEAD") return "the Origin header is missing";
  const given = Buffer.from(path.split("/")[1] ?? "");
  const expected = Buffer.from(token);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return "the token is missing or wrong: open the address that interserve printed";
  }
  return undefined;
}

export const securityHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};
