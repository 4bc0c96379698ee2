#!/usr/bin/env bash
# execa 9.6.1: a command that has exited with 0 within its timeout is reported as timed out and failed.
#
# Expected: the timeout applies to the command. It exited at once, so `timedOut` is false.
# Found: a process in the background that holds the standard output keeps execa waiting until the timeout. Then the
# result has both `timedOut` and `exitCode` 0. With `stdio: "ignore"` the same command succeeds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund execa@9.6.1

cat > try.js <<'JS'
import { execa } from "execa";

for (const stdio of ["pipe", "ignore"]) {
  const result = await execa("sh", ["-c", "sleep 5 & exit 0"], { timeout: 1000, reject: false, stdio });
  const { failed, timedOut, exitCode, signal } = result;
  console.log(`${stdio}: ${JSON.stringify({ failed, timedOut, exitCode, signal })}`);
}
JS
cat > expected <<'TEXT'
pipe: {"failed":true,"timedOut":true,"exitCode":0}
ignore: {"failed":false,"timedOut":false,"exitCode":0}
TEXT
node try.js | tee output
diff expected output
