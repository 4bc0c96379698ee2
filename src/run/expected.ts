import type { ProcessEnd } from "../process/spawn.ts";
import { comparable } from "../text/visible.ts";

/** Compares a `verify` command's end with what is expected of it. */
export interface Comparison {
  /** Takes the output in pieces, as a terminal would show it. */
  readonly push: (text: string) => void;
  readonly holds: (end: ProcessEnd) => boolean;
}

/** Begins a comparison with `exit N`, `contains "text"` or `output "text"`, in bounded memory. */
export function comparisonWith(expect: string): Comparison {
  const [, form = "", quoted = ""] = /^(contains|output) "(.*)"$/s.exec(expect) ?? [];
  const wanted = comparable(quoted.replaceAll("\r\n", "\n"));
  if (form === "contains") return search(wanted);
  if (form === "output") return equality(wanted.trim());
  return {
    push() {},
    holds: ({ ended, exitCode }) => ended === "exited" && `exit ${exitCode}` === expect,
  };
}

function search(wanted: string): Comparison {
  let found = wanted === "";
  let end = "";
  return {
    push(piece) {
      if (found) return;
      const text = end + comparable(piece);
      found = text.includes(wanted);
      end = text.slice(Math.max(0, text.length - wanted.length + 1));
    },
    holds: ({ ended }) => ended === "exited" && found,
  };
}

/** Compares the whole output but for blanks around it, whatever the exit status: `grep -c` fails if it counts none. */
function equality(wanted: string): Comparison {
  let text = "";
  let isLonger = false;
  return {
    push(piece) {
      const whole = (text + comparable(piece)).trimStart();
      text = whole.slice(0, wanted.length + 1);
      isLonger ||= whole.slice(wanted.length + 1).trim() !== "";
    },
    holds: ({ ended }) => ended === "exited" && !isLonger && text.trimEnd() === wanted,
  };
}
