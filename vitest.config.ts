import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Generous: a deadline is a net against a hang here, never part of what a test asserts.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
