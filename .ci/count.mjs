// Adds up the reports of the test runs: node count.mjs FOLDER. Fails if there is no report or a test failed.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const total = { passed: 0, failed: 0, skipped: 0 };
const reports = readdirSync(folder);
for (const name of reports) {
  const report = JSON.parse(readFileSync(join(folder, name), "utf8"));
  total.passed += report.numPassedTests;
  // A file that could not be loaded has no tests to count: see findings/vitest-json-unloaded-file.sh.
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((one) => one.status !== "failed"),
  ).length;
  total.failed += report.numFailedTests + unloaded;
  total.skipped += report.numPendingTests + report.numTodoTests;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = reports.length > 0 && total.failed === 0 && total.passed > 0 ? 0 : 1;
