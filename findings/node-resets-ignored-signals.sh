#!/usr/bin/env bash
# Node 20.20.2: a program that is started with SIGHUP ignored, as nohup does it, is ended by SIGHUP.
#
# Expected: a signal that is ignored when a program starts stays ignored (POSIX, exec), so that `nohup node …` outlives
# its terminal.
# Found: Node sets all signals but SIGPIPE and SIGXFSZ to their default action when it starts. The program cannot even
# see that the signal was ignored. The same shell without Node in between survives.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > expected <<'TEXT'
sh: survives
node: ended by SIGHUP
TEXT
{
  nohup sh -c 'kill -HUP $$; echo "sh: survives"' 2> /dev/null < /dev/null | cat
  status=0
  nohup node -e 'process.kill(process.pid, "SIGHUP"); setTimeout(() => console.log("node: survives"), 500)' \
    2> /dev/null < /dev/null || status=$?
  if [ $status = 129 ]; then echo "node: ended by SIGHUP"; fi
} > output
cat output
diff expected output
