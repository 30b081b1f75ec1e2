/** What is promised: at most the share epsilon of samples loses its answer, with confidence 1 - delta. */
export interface Limit {
  /** ε */
  readonly epsilon: number;
  /** δ */
  readonly delta: number;
  /** How many samples the promise is about; all that could ever come where it is left out. */
  readonly future?: number | undefined;
}

/**
 * The most calibration samples, of `samples`, that may lie above a threshold so that the promise holds: the largest k with
 *
 * ```text
 * P(Binomial(n, ε) <= k) <= δ                                            for all samples that could ever come
 * P(Hypergeometric(n + m, n, k + floor(ε m) + 1) <= k) <= δ              for m samples to come
 * ```
 *
 * The second is the chance that more than ε m of m exchangeable samples lie above the (k + 1)-th largest of n others; it
 * becomes the first as m grows.
 *
 * @returns -1 where not even k = 0 will do
 */
export function mostLost(samples: number, limit: Limit): number {
  if (chanceWithNone(samples, limit) > limit.delta) return -1;
  const chance = limit.future === undefined ? binomial(samples, limit) : hypergeometric(samples, limit.future, limit);
  // The chance grows with k, and is 1 for k = n.
  let [good, bad] = [0, samples];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (chance(middle) <= limit.delta) good = middle;
    else bad = middle;
  }
  return good;
}

/** The fewest calibration samples with which the promise can be made, if none of them loses its answer. */
export function fewestSamples(limit: Limit): number {
  let [bad, good] = [0, 1];
  while (chanceWithNone(good, limit) > limit.delta) [bad, good] = [good, good * 2];
  while (good - bad > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (chanceWithNone(middle, limit) > limit.delta) bad = middle;
    else good = middle;
  }
  return good;
}

/** The chance for k = 0, `(1 - ε)^n` or the product of `(m - i) / (n + m - i)` for i from 0 to floor(ε m). */
function chanceWithNone(samples: number, { epsilon, future }: Limit): number {
  if (future === undefined) return Math.exp(samples * Math.log1p(-epsilon));
  let chance = 1;
  for (let i = 0; i <= allowed(epsilon, future); i++) chance *= (future - i) / (samples + future - i);
  return chance;
}

/** floor(ε m), where ε m that ought to be whole may lie a little below. */
const allowed = (epsilon: number, future: number): number => Math.floor(epsilon * future * (1 + 1e-12));

function binomial(samples: number, { epsilon }: Limit): (k: number) => number {
  const choose = logChoose(samples);
  const [yes, no] = [Math.log(epsilon), Math.log1p(-epsilon)];
  return (k) => sumOfExp(0, k, (j) => choose(samples, j) + j * yes + (samples - j) * no);
}

function hypergeometric(samples: number, future: number, { epsilon }: Limit): (k: number) => number {
  const choose = logChoose(samples + future);
  return (k) => {
    const drawn = k + allowed(epsilon, future) + 1;
    const all = choose(samples + future, drawn);
    return sumOfExp(Math.max(0, drawn - future), k, (j) => choose(samples, j) + choose(future, drawn - j) - all);
  };
}

function sumOfExp(from: number, to: number, log: (j: number) => number): number {
  let sum = 0;
  for (let j = from; j <= to; j++) sum += Math.exp(log(j));
  return sum;
}

/** ln C(n, k) for n up to `most`. */
function logChoose(most: number): (n: number, k: number) => number {
  const logFactorials = new Float64Array(most + 1);
  for (let n = 1; n <= most; n++) logFactorials[n] = logFactorials[n - 1] + Math.log(n);
  return (n, k) => logFactorials[n] - logFactorials[k] - logFactorials[n - k];
}
