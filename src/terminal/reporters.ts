import { colorsFor, isInteractive } from "./colors.ts";
import { jsonReporter } from "./json.ts";
import { plainReporter } from "./plain.ts";
import type { Reporter } from "./reporter.ts";

/** The reporter for a stream: JSON, redrawn in place on a terminal that supports it, or line by line. */
export async function reporterFor(stream: NodeJS.WriteStream, json = false): Promise<Reporter> {
  if (json) return jsonReporter(stream);
  if (!isInteractive(stream)) return plainReporter(stream, colorsFor(stream));
  // Loaded only if needed, because of what it takes to measure text.
  const { liveReporter } = await import("./live.ts");
  return liveReporter(stream, colorsFor(stream));
}
