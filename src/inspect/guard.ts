import { randomBytes, timingSafeEqual } from "node:crypto";

/** 192 random bits, as they can stand in a path. */
export const newToken = (): string => randomBytes(24).toString("base64url");

/** The parts of a request that say who sends it. */
export interface Asking {
  readonly method: string;
  readonly path: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/**
 * Why a request is refused, or nothing. The host must be ours, or a name that someone points at this machine could
 * read us; so must the origin, which nothing but a reading of the page may leave out; and the token is the path's
 * first part.
 */
export function refusal(
  { method, path, host, origin }: Asking,
  port: number,
  token: string,
): string | undefined {
  const names = ["127.0.0.1", "localhost"];
  // 80 is the port that browsers leave out.
  const hosts = [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])];
  if (!host || !hosts.includes(host)) return "this host is not served";
  if (origin !== undefined && origin !== new URL(`http://${host}`).origin) return "this origin is not served";
  if (origin === undefined && method !== "GET" && method !== "HEAD") return "an origin is missing";
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
