/** A share of trials, with the 95 % interval of Clopper and Pearson. */
export interface Proportion {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The share of successes and its exact 95 % interval (Clopper and Pearson 1934): the chances of success for which neither so
 * many nor so few successes would be rarer than 2.5 %.
 *
 * @param trials - from 1
 */
export function proportion(successes: number, trials: number): Proportion {
  return {
    share: successes / trials,
    low: successes === 0 ? 0 : solve((chance) => 1 - atMost(successes - 1, trials, chance) > 0.025),
    high: successes === trials ? 1 : solve((chance) => atMost(successes, trials, chance) <= 0.025),
  };
}

/** P(Binomial(trials, chance) <= successes) */
function atMost(successes: number, trials: number, chance: number): number {
  let log = trials * Math.log1p(-chance);
  let sum = Math.exp(log);
  for (let k = 1; k <= successes; k++) {
    log += Math.log(((trials - k + 1) / k) * (chance / (1 - chance)));
    sum += Math.exp(log);
  }
  return sum;
}

/** The least chance for which something is so, when it is so from there on. */
function solve(isSo: (chance: number) => boolean): number {
  let [below, above] = [0, 1];
  for (let round = 0; round < 50; round++) {
    const middle = (below + above) / 2;
    if (isSo(middle)) above = middle;
    else below = middle;
  }
  return above;
}
