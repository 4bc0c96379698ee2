import { defineConfig } from "vitest/config";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    exclude: ["test/browser/**"],
    // Generous: a deadline is a net against a hang here, never part of what a test asserts.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
