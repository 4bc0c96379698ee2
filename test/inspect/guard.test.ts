import { expect, test } from "vitest";
import { newToken, refusal, securityHeaders } from "../../src/inspect/guard.ts";

const token = newToken();
const asking = { method: "GET", path: `/${token}/api/run`, host: "127.0.0.1:4711", origin: undefined };
const refused = (some: Partial<Parameters<typeof refusal>[0]>) =>
  refusal({ ...asking, ...some }, 4711, token);

test("our own host, with the token, is served with our origin or none", () => {
  expect(refused({})).toBeUndefined();
  expect(refused({ host: "localhost:4711" })).toBeUndefined();
  expect(refused({ origin: "http://127.0.0.1:4711" })).toBeUndefined();
  expect(refused({ method: "HEAD" })).toBeUndefined();
  expect(refused({ method: "POST", origin: "http://127.0.0.1:4711" })).toBeUndefined();
});

test("on port 80, which browsers leave out, our own host and origin are served without it", () => {
  const refusedAt80 = (some: Partial<Parameters<typeof refusal>[0]>) =>
    refusal({ ...asking, ...some }, 80, token);
  for (const host of ["127.0.0.1", "localhost", "127.0.0.1:80"]) {
    const origin = `http://${host.replace(":80", "")}`;
    expect(refusedAt80({ host })).toBeUndefined();
    expect(refusedAt80({ method: "POST", host, origin })).toBeUndefined();
  }
  expect(refusedAt80({ host: "evil.example" })).toBe("this host is not served");
  expect(refusedAt80({ host: "127.0.0.1:4711" })).toBe("this host is not served");
  expect(refusedAt80({ host: "127.0.0.1", origin: "http://localhost" })).toBe("this origin is not served");
});

test.each([
  [undefined],
  [""],
  ["127.0.0.1"],
  ["localhost"],
  ["127.0.0.1:4712"],
  ["evil.example:4711"],
  ["127.0.0.1:4711.evil.example"],
  ["[::1]:4711"],
])("the host %s is not served", (host) => {
  expect(refused({ host })).toBe("this host is not served");
});

test.each([
  ["null"],
  [""],
  ["http://evil.example"],
  ["https://127.0.0.1:4711"],
  ["http://127.0.0.1:4712"],
  ["http://127.0.0.1:4711.evil.example"],
  // Ours by another of our names: two names are two origins.
  ["http://localhost:4711"],
])("the origin %s is not served", (origin) => {
  expect(refused({ origin })).toBe("this origin is not served");
});

test.each([["POST"], ["PUT"], ["DELETE"], ["OPTIONS"], ["get"]])("%s asks for an origin", (method) => {
  expect(refused({ method })).toBe("an origin is missing");
});

test.each([
  ["/"],
  [""],
  ["/api/run"],
  [`/${token.slice(0, -1)}/`],
  [`/${token}a/`],
  [`//${token}/`],
  [`/x/${token}/`],
  [`/${"a".repeat(token.length)}/`],
  // As many characters, more bytes.
  [`/${"\u00e9".repeat(token.length)}/`],
])("the path %s has not the token", (path) => {
  expect(refused({ path })).toContain("the token is missing or wrong");
});

test("a token has 192 bits, stands in a path as it is, and is another each time", () => {
  expect(Buffer.from(token, "base64url")).toHaveLength(24);
  expect(encodeURIComponent(token)).toBe(token);
  expect(newToken()).not.toBe(token);
});

test("the page may load nothing from elsewhere, run no inline script, and be framed by nobody", () => {
  const policy = securityHeaders["Content-Security-Policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe-|\*|https?:/);
});
