/** Numbers 0 to n - 1 that are joined into sets bit by bit. */
export interface DisjointSets {
  /** The member that stands for the set of x. */
  find(x: number): number;
  join(x: number, y: number): void;
}

/** Begins with n sets of one number each. */
export function disjointSets(n: number): DisjointSets {
  const parent = Int32Array.from({ length: n }, (_, x) => x);
  const find = (x: number): number => {
    while (parent[x] !== x) {
      parent[x] = parent[parent[x]];
      x = parent[x];
    }
    return x;
  };
  return {
    find,
    // The smaller number stands for both, so that the outcome does not depend on the order of joining.
    join: (x, y) => {
      const [a, b] = [find(x), find(y)];
      parent[Math.max(a, b)] = Math.min(a, b);
    },
  };
}
