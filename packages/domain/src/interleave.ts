/** The first of each group, then the second of each, and so on: no group keeps another waiting, however large it is. Within a group the order stays. */
export function interleave<T>(items: readonly T[], groupOf: (item: T) => string): T[] {
  const places = new Map<string, number>();
  const placed = items.map((item) => {
    const group = groupOf(item);
    const place = places.get(group) ?? 0;
    places.set(group, place + 1);
    return { item, place };
  });
  return placed.toSorted((a, b) => a.place - b.place).map(({ item }) => item);
}
