import { defineConfig } from "vitest/config";

const report = process.env.TEST_REPORT;

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    // With the real CLIs of the agents, and in a real browser: vitest.agents.config.ts, vitest.browser.config.ts.
    exclude: ["test/agents/**", "test/browser/**"],
    // Many tests wait for processes that they start; by default one core would stay free.
    maxWorkers: "100%",
    // Generous: a deadline is a net against a hang here, never part of what a test asserts.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  },
});
