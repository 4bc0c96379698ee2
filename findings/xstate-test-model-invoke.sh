#!/usr/bin/env bash
# xstate 5.33.3: `createTestModel` rejects a machine that invokes an actor; `new TestModel` takes it.
#
# Expected: both accept or both reject it, as the function only creates an object of the class.
# Found: the function throws. The class finds the paths by events; it never runs the actor.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund xstate@5.33.3

cat > try.js <<'JS'
import { fromPromise, setup } from "xstate";
import { createTestModel, TestModel } from "xstate/graph";

const machine = setup({ actors: { work: fromPromise(async () => "done") } }).createMachine({
  initial: "working",
  states: {
    working: { invoke: { src: "work", onDone: "done" }, on: { cancel: "cancelled" } },
    done: {},
    cancelled: {},
  },
});

try {
  createTestModel(machine);
} catch ({ message }) {
  console.log(`createTestModel: ${message}`);
}
const options = { events: [{ type: "cancel" }] };
for (const { description } of new TestModel(machine, options).getShortestPaths()) console.log(description);
JS
cat > expected <<'TEXT'
createTestModel: Invocations on test machines are not supported
Reaches state "cancelled": xstate.init → cancel
TEXT
node try.js | tee output
diff expected output
