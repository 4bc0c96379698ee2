#!/usr/bin/env bash
# xstate 5.33.3: a guard that throws leaves the child actors of its machine running, for good.
#
# Expected: the machine stops with an error and its children are stopped, as they are after an unhandled error of an
# invoked actor (since 5.33.3; see https://github.com/statelyai/xstate/issues/5153).
# Found: the machine has status `error`, the child stays active, and stopping the machine does not stop it either.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund xstate@5.33.3

cat > try.js <<'JS'
import { createActor, fromCallback, fromPromise, setup } from "xstate";

const machine = setup({
  actors: {
    child: fromCallback(() => () => console.log("child cleaned up")),
    failing: fromPromise(() => Promise.reject(new Error("actor"))),
  },
  guards: {
    throws: () => {
      throw new Error("guard");
    },
  },
}).createMachine({
  invoke: { id: "child", src: "child" },
  initial: "idle",
  states: {
    idle: { on: { guard: { guard: "throws", target: "idle" }, actor: "invoking" } },
    invoking: { invoke: { src: "failing" } },
  },
});

for (const type of ["actor", "guard"]) {
  const actor = createActor(machine);
  const failed = new Promise((resolve) => actor.subscribe({ error: resolve }));
  actor.start();
  const { child } = actor.getSnapshot().children;
  actor.send({ type });
  await failed;
  actor.stop();
  console.log(`${type}: machine ${actor.getSnapshot().status}, child ${child.getSnapshot().status}`);
}
JS
cat > expected <<'TEXT'
child cleaned up
actor: machine error, child stopped
guard: machine error, child active
TEXT
node try.js | tee output
diff expected output
