import { closestMatch } from "leven";

/** Longer names have no near neighbour worth its cost. */
const longest = 100;

/** The known name that a mistyped one was probably meant to be, in any case; nothing where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > longest) return undefined;
  const lower = known.map((candidate) => candidate.toLowerCase());
  // Of a name of one or two letters, any other such name is near.
  const maxDistance = name.length < 3 ? 0 : name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
  const match = closestMatch(name.toLowerCase(), lower, { maxDistance });
  return match === undefined ? undefined : known[lower.indexOf(match)];
}
