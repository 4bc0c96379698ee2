import { expect, test } from "vitest";
import { newToken, refusalReason, securityHeaders } from "../../src/inspect/guard.ts";

const token = newToken();
const request = { method: "GET", path: `/${token}/api/run`, host: "127.0.0.1:4711", origin: undefined };
const reasonFor = (some: Partial<Parameters<typeof refusalReason>[0]>) =>
  refusalReason({ ...request, ...some }, 4711, token);

test("a request with the token and our own host is served, with our own origin or none", () => {
  expect(reasonFor({})).toBeUndefined();
  expect(reasonFor({ host: "localhost:4711" })).toBeUndefined();
  expect(reasonFor({ origin: "http://127.0.0.1:4711" })).toBeUndefined();
  expect(reasonFor({ method: "HEAD" })).toBeUndefined();
  expect(reasonFor({ method: "POST", origin: "http://127.0.0.1:4711" })).toBeUndefined();
});

test("on port 80, which browsers omit, our own host and origin are served without a port", () => {
  const reasonAtPort80 = (some: Partial<Parameters<typeof refusalReason>[0]>) =>
    refusalReason({ ...request, ...some }, 80, token);
  for (const host of ["127.0.0.1", "localhost", "127.0.0.1:80"]) {
    const origin = `http://${host.replace(":80", "")}`;
    expect(reasonAtPort80({ host })).toBeUndefined();
    expect(reasonAtPort80({ method: "POST", host, origin })).toBeUndefined();
  }
  expect(reasonAtPort80({ host: "evil.example" })).toBe(
    "unknown host: open the address that interserve printed",
  );
  expect(reasonAtPort80({ host: "127.0.0.1:4711" })).toBe(
    "unknown host: open the address that interserve printed",
  );
  expect(reasonAtPort80({ host: "127.0.0.1", origin: "http://localhost" })).toBe(
    "requests from other sites are refused",
  );
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
])("the host %s is refused", (host) => {
  expect(reasonFor({ host })).toBe("unknown host: open the address that interserve printed");
});

test.each([
  ["null"],
  [""],
  ["http://evil.example"],
  ["https://127.0.0.1:4711"],
  ["http://127.0.0.1:4712"],
  ["http://127.0.0.1:4711.evil.example"],
  // Our server, but another origin than the host that was requested.
  ["http://localhost:4711"],
])("the origin %s is refused", (origin) => {
  expect(reasonFor({ origin })).toBe("requests from other sites are refused");
});

test.each([["POST"], ["PUT"], ["DELETE"], ["OPTIONS"], ["get"]])(
  "a %s request without an Origin header is refused",
  (method) => {
    expect(reasonFor({ method })).toBe("the Origin header is missing");
  },
);

test.each([
  ["/"],
  [""],
  ["/api/run"],
  [`/${token.slice(0, -1)}/`],
  [`/${token}a/`],
  [`//${token}/`],
  [`/x/${token}/`],
  [`/${"a".repeat(token.length)}/`],
  // The same number of characters, but more bytes.
  [`/${"\u00e9".repeat(token.length)}/`],
])("the path %s is refused, as it does not start with the token", (path) => {
  expect(reasonFor({ path })).toContain("the token is missing or wrong");
});

test("a token has 192 bits, needs no escaping in a path, and is new each time", () => {
  expect(Buffer.from(token, "base64url")).toHaveLength(24);
  expect(encodeURIComponent(token)).toBe(token);
  expect(newToken()).not.toBe(token);
});

test("the policy forbids resources from elsewhere, inline scripts and framing", () => {
  const policy = securityHeaders["Content-Security-Policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe-|\*|https?:/);
});
