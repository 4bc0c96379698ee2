import { defineConfig } from "vitest/config";

const report = process.env.TEST_REPORT;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // With the real CLIs of the agents: vitest.agents.config.ts.
    exclude: ["test/agents/**"],
    // Generous: a deadline is a net against a hang here, never part of what a test asserts.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  },
});
