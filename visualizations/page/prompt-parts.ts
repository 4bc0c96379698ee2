/** A part of a prompt: the task's own text, or the results of its dependencies. */
export interface PromptPart {
  readonly routed: boolean;
  readonly text: string;
}

/** The beginning of the section with the results of dependencies; the first words are those of version 0.1.0. */
const opening =
  /^## Results of the tasks that this one depends on\n\n(What stands|Everything) between the fences below was written by other agents\./m;

/** Splits a prompt around the section with the results of dependencies. A heading inside a fence does not end it. */
export function promptParts(prompt: string): PromptPart[] {
  const found = opening.exec(prompt);
  if (!found) return [{ routed: false, text: prompt }];
  const start = found.index;
  let end = start + found[0].length;
  let fence = 0;
  while (end < prompt.length) {
    const next = prompt.indexOf("\n", end);
    const line = prompt.slice(end, next < 0 ? prompt.length : next);
    const ticks = /^(`{3,})(\S*)$/.exec(line);
    if (ticks && fence === 0) fence = ticks[1]?.length ?? 0;
    else if (ticks && ticks[2] === "" && (ticks[1]?.length ?? 0) >= fence) fence = 0;
    else if (fence === 0 && line.startsWith("## ")) break;
    end = next < 0 ? prompt.length : next + 1;
  }
  return [
    { routed: false, text: prompt.slice(0, start) },
    { routed: true, text: prompt.slice(start, end) },
    { routed: false, text: prompt.slice(end) },
  ].filter(({ text }) => text !== "");
}
