#!/usr/bin/env bash
# valibot 1.5.0: `record` and `object` accept a list, and `record` turns it into an object.
#
# Expected: a list is not a record, so it is an issue. A YAML or JSON file with a list in place of a map would be reported.
# Found: the list passes, and its positions become keys.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund valibot@1.5.0

cat > try.js <<'JS'
import * as v from "valibot";

const show = (name, schema, input) => {
  const { success, output } = v.safeParse(schema, input);
  console.log(`${name}: ${success ? JSON.stringify(output) : "issue"}`);
};
show("record, list", v.record(v.string(), v.number()), [7, 8]);
show("object, list", v.object({ a: v.optional(v.number()) }), [7, 8]);
show("strictObject, empty list", v.strictObject({ a: v.optional(v.number()) }), []);
show("record, text", v.record(v.string(), v.number()), "7");
JS
cat > expected <<'TEXT'
record, list: {"0":7,"1":8}
object, list: {}
strictObject, empty list: {}
record, text: issue
TEXT
node try.js | tee output
diff expected output
