/** Points of cost and worth that no other point beats: none is worth as much for less, or more for as much. */
export function paretoFront<Point extends { readonly cost: number; readonly worth: number }>(
  points: readonly Point[],
): Point[] {
  const sorted = [...points].sort((a, b) => a.cost - b.cost || b.worth - a.worth);
  let best = Number.NEGATIVE_INFINITY;
  return sorted.filter(({ worth }) => {
    const better = worth > best;
    if (better) best = worth;
    return better;
  });
}
