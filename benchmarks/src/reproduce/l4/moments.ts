/** The standard deviation of many lists of numbers, place by place, seen one list after another. */
export interface Moments {
  add(values: ArrayLike<number>): void;
  /** Over the number of lists - 1. */
  deviation(): Float64Array;
}

/** Begins with no list. Welford's way: what never varies has a deviation of exactly 0. */
export function moments(size: number): Moments {
  const [mean, squares] = [new Float64Array(size), new Float64Array(size)];
  let count = 0;
  return {
    add: (values) => {
      count += 1;
      for (let i = 0; i < size; i++) {
        const distance = values[i] - mean[i];
        mean[i] += distance / count;
        squares[i] += distance * (values[i] - mean[i]);
      }
    },
    deviation: () => squares.map((sum) => Math.sqrt(sum / (count - 1))),
  };
}
