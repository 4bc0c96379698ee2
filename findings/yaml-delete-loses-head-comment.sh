#!/usr/bin/env bash
# yaml 2.9.0: deleting the first key of a map deletes the comment at the head of the file.
#
# Expected: a comment that a blank line separates from the rest belongs to the document (`commentBefore` of the
# document, as in a file where no other comment follows), so it stays.
# Found: if the first key has a comment of its own, both are that of the key, and go with it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' > package.json
npm install --silent --no-audit --no-fund yaml@2.9.0

cat > try.js <<'JS'
import { parseDocument } from "yaml";

for (const text of ["# head\n\na: 1\nb: 2\n", "# head\n\n# about a\na: 1\nb: 2\n"]) {
  const document = parseDocument(text);
  console.log(JSON.stringify([document.commentBefore, document.contents.items[0].key.commentBefore]));
  document.delete("a");
  console.log(JSON.stringify(document.toString()));
}
JS
cat > expected <<'TEXT'
[" head",null]
"# head\n\nb: 2\n"
[null," head\n\n about a"]
"b: 2\n"
TEXT
node try.js | tee output
diff expected output
