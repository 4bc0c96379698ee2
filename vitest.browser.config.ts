import { defineConfig } from "vitest/config";

const report = process.env.TEST_REPORT;

/** What needs a browser: Debian's chromium, or the one that CHROMIUM names. `npm test` does without. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One browser at a time.
    fileParallelism: false,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  },
});
