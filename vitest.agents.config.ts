import { defineConfig } from "vitest/config";

const report = process.env.TEST_REPORT;

/** Tests of the engines with the real CLIs (`npm run agents:install`) and scripted models: nothing leaves this machine. */
export default defineConfig({
  test: {
    include: ["test/agents/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    // Each CLI takes 150 to 300 MB of memory and most of a core.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  },
});
