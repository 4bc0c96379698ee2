/**
 * Divides a total between needs, all whole numbers. No share is more than its need, and what small needs leave over is
 * divided equally between the larger ones.
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
