import { defineConfig } from "vitest/config";

const report = process.env.TEST_REPORT;

/** Tests that need a browser: Debian's Chromium, or the one in CHROMIUM. Not part of `npm test`. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One browser at a time.
    fileParallelism: false,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  },
});
