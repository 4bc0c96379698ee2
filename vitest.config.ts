import { defineConfig } from "vitest/config";

const report = process.env.TEST_REPORT;

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    // These need the agents' CLIs or a browser: see vitest.agents.config.ts and vitest.browser.config.ts.
    exclude: ["test/agents/**", "test/browser/**"],
    // Many tests wait for processes that they start; by default one core would stay free.
    maxWorkers: "100%",
    // Generous: a timeout only catches a hang and is never part of what a test asserts.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  },
});
