#!/usr/bin/env bash
# execa 9.6.1: with `reject: false`, a process that cannot be started for lack of descriptors ends the program.
#
# Expected: the result has the code EMFILE, as it has EAGAIN when no more processes are allowed.
# Found: Node gives a child without a descriptor no streams. execa throws while it connects them, before it listens for
# the child's `error` event, which is then unhandled. No `catch` around the call helps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund execa@9.6.1

cat > try.js <<'JS'
import { openSync } from "node:fs";
import { execa } from "execa";

try {
  for (;;) openSync("/dev/null");
} catch {
  console.log("no descriptor left");
}
try {
  await execa("true", [], { reject: false });
} catch {
  console.log("caught");
}
console.log("still here");
JS
cat > expected <<'TEXT'
no descriptor left
caught
still here
ended: Error: spawn true EMFILE
TEXT
(ulimit -n 400; node try.js 2> error || echo "ended: $(grep -m1 '^Error: ' error)") | tee output
diff expected output
