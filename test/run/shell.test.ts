// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are commands for a shell.
import { expect, test } from "vitest";
import { needsBash } from "../../src/run/shell.ts";
import { cpuTime } from "../cpu-time.ts";

test.each([
  "[[ -f a && $x == y* ]]",
  "! [[ -f a ]]",
  "diff <(sort a) <(sort b)",
  "set -euo pipefail; npm test | tee log",
  "for i in {1..3}; do echo $i; done",
  "ls src/{a,b}.ts",
  "list=(a b); test ${#list[@]} = 2",
  'files=$(ls); echo "${files[0]}"',
  "[ \"$(cat a)\" == 'b c' ]",
  'test "$x" == y',
  "cat <<< hello",
  "npm test &> log",
  "npm test |& tee log",
  "source .venv/bin/activate && pytest",
  "x=abc; echo ${x^^} ${x//a/b}",
  'echo "${x:0:3}"',
  "printf %s $'a\\tb'",
  "(( $(wc -l < a) > 3 ))",
  "test $((RANDOM)) -ge 0; echo $RANDOM",
  "trap 'echo no' ERR; false",
])("bash is needed for %s", (command) => {
  expect(needsBash(command)).toBe(true);
});

test.each([
  "npm test",
  "grep '[[:space:]]' a",
  "grep -q [[:digit:]] a",
  "test $((1 + 2)) = 3",
  '[ "$x" = y ] && test -f a',
  "awk '{print $1,$2}' a",
  "jq {name,version} package.json",
  "npm test > log 2>&1",
  "x=${y:-default}; echo ${x#a} ${x%b} ${#x}",
  "cat <<'X'\nhello\nX",
  "git diff HEAD@{1} --stat",
  "echo '<(a) [[ b ]] {1..3}'",
  "(cd a && make); . ./env",
])("/bin/sh is enough for %s", (command) => {
  expect(needsBash(command)).toBe(false);
});

test("the check for syntax of bash takes linear time", () => {
  for (const part of ["[ ", "{a,", "'", '"', "(", "\\", "test a ", "trap x ", "${x"]) {
    expect(cpuTime(() => needsBash(part.repeat(20_000)))).toBeLessThan(5000);
  }
});
