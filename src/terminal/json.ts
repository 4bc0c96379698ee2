import { jsonText } from "../text/printable.ts";
import type { Reporter, Screen } from "./reporter.ts";

/** Prints each event as one line of JSON. */
export function jsonReporter(screen: Screen): Reporter {
  return { past: () => {}, event: (event) => screen.write(jsonText(event, 0)) };
}
