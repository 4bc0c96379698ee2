#!/bin/sh
# A dispatch script that starts the scripted agent: SCRIPT --prompt-file F -C DIR -o OUT --tier TIER -s SANDBOX
while [ $# -gt 0 ]; do
  case "$1" in
    -C) dir=$2 ;;
    -o) out=$2 ;;
  esac
  shift 2
done
cd "$dir" && exec node agent.mjs "$out"
