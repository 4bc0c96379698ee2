#!/usr/bin/env bash
# vitest 4.1.12: in the JSON report, a test file that cannot be loaded counts as no failed test.
#
# Expected: a count of such files, as in Jest's report (`numRuntimeErrorTestSuites`), with which this one is compatible.
# Found: no such count, and 0 failed tests. `success`, `numFailedTestSuites` and the status of the file show it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund vitest@4.1.12

echo 'import { test } from "vitest"; test("passes", () => {});' > good.test.js
echo 'import "./missing.js";' > broken.test.js
npx vitest run --reporter=json --outputFile=report.json > log 2>&1 && exit 1
cat > try.js <<'JS'
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync("report.json", "utf8"));
const { numTotalTests, numFailedTests, numFailedTestSuites, success, testResults } = report;
console.log(JSON.stringify({ numTotalTests, numFailedTests, numFailedTestSuites, success }));
console.log(report.numRuntimeErrorTestSuites);
const files = testResults.map(({ status, assertionResults }) => `${status}: ${assertionResults.length} tests`);
console.log(files.sort().join(", "));
JS
cat > expected <<'TEXT'
{"numTotalTests":1,"numFailedTests":0,"numFailedTestSuites":1,"success":false}
undefined
failed: 0 tests, passed: 1 tests
TEXT
node try.js | tee output
diff expected output
