import { closestMatch } from "leven";

/** Longer names are not compared, since that takes too long. */
const maxLength = 100;

/** The known name that a mistyped one probably stands for, ignoring case; undefined if none is similar enough. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > maxLength) return undefined;
  const lower = known.map((candidate) => candidate.toLowerCase());
  const match = closestMatch(name.toLowerCase(), lower, { maxDistance: maxDistanceOf(name) });
  return match === undefined ? undefined : known[lower.indexOf(match)];
}

function maxDistanceOf({ length }: string): number {
  // Any two names of one or two letters are similar.
  if (length < 3) return 0;
  return length === 3 ? 1 : Math.max(2, Math.floor(length / 3));
}
