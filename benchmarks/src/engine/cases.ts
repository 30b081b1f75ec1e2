/** One thing to measure. */
export interface Case {
  readonly net: string;
  /** Spikes a neuron and step that the network is calibrated to. */
  readonly rate: number;
  /** T */
  readonly steps: number;
  readonly batch: number;
  readonly threads: number;
}

/** Values to measure at; what is left out is swept around each network's base. */
export interface Grid {
  readonly rates?: readonly number[];
  readonly steps?: readonly number[];
  readonly batches?: readonly number[];
  readonly threads?: readonly number[];
}

/** The values that are swept, one axis at a time. */
const SWEEPS: Required<Grid> = {
  rates: [0.02, 0.05, 0.1, 0.2, 0.3],
  steps: [4, 32, 256],
  batches: [1, 8, 64],
  threads: [1, 2],
};

/** The point through which all sweeps go. */
export const baseCase = (net: string): Case => ({
  net,
  rate: 0.1,
  steps: 32,
  batch: net === 'vgg16' ? 8 : 64,
  threads: 1,
});

/**
 * Lists what is measured of a network: every combination of the values given, or, if none are given, a star of sweeps
 * over rate, T, batch and threads with the shortest case (T = 4, one sample) added.
 */
export function casesOf(net: string, { rates, steps, batches, threads }: Grid): Case[] {
  const base = baseCase(net);
  if (!rates && !steps && !batches && !threads) return star(base);
  return (rates ?? [base.rate]).flatMap((rate) =>
    (steps ?? [base.steps]).flatMap((step) =>
      (batches ?? [base.batch]).flatMap((batch) =>
        (threads ?? [base.threads]).map((thread) => ({ net, rate, steps: step, batch, threads: thread })),
      ),
    ),
  );
}

function star(base: Case): Case[] {
  const cases = [
    ...SWEEPS.rates.map((rate) => ({ ...base, rate })),
    ...SWEEPS.steps.map((steps) => ({ ...base, steps })),
    ...SWEEPS.batches.map((batch) => ({ ...base, batch })),
    { ...base, steps: 4, batch: 1 },
    ...SWEEPS.threads.map((threads) => ({ ...base, threads })),
  ];
  return cases.filter((one, place) => cases.findIndex((other) => describe(other) === describe(one)) === place);
}

/** A case in words. */
export const describe = ({ net, rate, steps, batch, threads }: Case): string =>
  `${net}, rate ${rate * 100} %, T = ${steps}, batch ${batch}, ${threads} thread${threads === 1 ? '' : 's'}`;
