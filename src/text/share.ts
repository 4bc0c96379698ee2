/**
 * Divides a total between needs, all whole numbers: nobody gets more than it needs, and what a small need leaves goes
 * to the larger ones in equal parts.
 */
export function share(needs: readonly number[], total: number): number[] {
  const shares = needs.map(() => 0);
  const bySize = needs.map((need, at) => ({ need, at })).sort((a, b) => a.need - b.need);
  let left = Math.max(0, total);
  for (const [done, { need, at }] of bySize.entries()) {
    const given = Math.min(need, Math.floor(left / (bySize.length - done)));
    shares[at] = given;
    left -= given;
  }
  return shares;
}
