#!/usr/bin/env bash
# xstate 5.33.3: an event sent to `undefined` arrives at its sender.
#
# Expected: an error or no effect, because there is no actor to send it to. (A target that is an unknown id is an error.)
# Found: the machine that sends the event receives it itself, and takes the transition.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund xstate@5.33.3

cat > try.js <<'JS'
import { createActor, createMachine, sendTo } from "xstate";

const machine = createMachine({
  initial: "waiting",
  states: {
    waiting: {
      on: {
        "ask a missing actor": { actions: sendTo(() => undefined, { type: "question" }) },
        "ask an unknown id": { actions: sendTo("unknown", { type: "question" }) },
        question: "asked",
      },
    },
    asked: {},
  },
});

for (const type of ["ask a missing actor", "ask an unknown id"]) {
  const actor = createActor(machine);
  actor.subscribe({ error: ({ message }) => console.log(message) });
  actor.start();
  actor.send({ type });
  const { value, status } = actor.getSnapshot();
  console.log(`${type}: ${value}, ${status}`);
}
JS
cat > expected <<'TEXT'
ask a missing actor: asked, active
Unable to send event to actor 'unknown' from machine '(machine)'.
ask an unknown id: waiting, error
TEXT
node try.js | tee output
diff expected output
