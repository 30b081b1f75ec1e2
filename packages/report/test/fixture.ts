import type { AnnRecord, EnergyRecord, LayersRecord, ResultRecord, Results, SpikingRecord } from '@spikewright/report';

const STEPS = 8;

export const ann: AnnRecord = {
  kind: 'ann',
  name: 'tiny <net> & co',
  hash: 'a'.repeat(64),
  samples: 200,
  accuracy: 0.95,
  multiplyAccumulates: { conv: 90_000, dense: 10_000 },
};

/** A run that is right so often after each step, with 100 MACs and 1000 ACs in each. */
export function run(name: string, accuracy: readonly (number | null)[], stops?: readonly number[]): SpikingRecord {
  return {
    kind: 'snn',
    name,
    hashes: { ann: ann.hash, snn: `${name.length}`.repeat(64).slice(0, 64) },
    notes: name.includes('weak') ? ["norm: 'relu' was never active"] : [],
    evaluation: {
      samples: 200,
      steps: STEPS,
      accuracy,
      meanStopStep: stops ? stops.reduce((sum, count, step) => sum + count * (step + 1), 0) / 200 : STEPS,
      stops: stops ?? [0, 0, 0, 0, 0, 0, 0, 200],
      work: {
        spikes: { relu: 500 },
        accumulates: { conv: 0, dense: 8000 },
        multiplyAccumulates: { conv: 800, dense: 0 },
      },
      workByStep: Array.from({ length: STEPS }, () => ({ spikes: 62.5, accumulates: 1000, multiplyAccumulates: 100 })),
    },
  };
}

export const runs: readonly SpikingRecord[] = [
  run('norm, weak', [0.1, 0.2, 0.15, 0.4, 0.6, 0.7, 0.8, 0.85]),
  run('norm, strong by channel', [0.7, 0.8, 0.9, 0.92, 0.93, 0.94, 0.94, 0.95]),
  run('cut "off"', [0.7, 0.8, 0.9, 0.92, 0.92, 0.92, 0.92, 0.92], [0, 80, 60, 40, 20, 0, 0, 0]),
  run('counted', [null, null, null, null, null, null, null, 0.9]),
];

const detail = (of: SpikingRecord) => ({ name: of.name, snn: of.hashes.snn });

const estimate = (model: string, scale: number) => ({
  model,
  assumptions: ['first layer: charged in every executed step', `T: ${scale} steps`],
  layers: ['conv', 'relu', 'dense'].map((node, place) => ({
    node,
    synapsesNanojoules: scale * (place + 1),
    neuronsNanojoules: node === 'relu' ? scale : 0,
    memoryNanojoules: model === 'proxy' ? 0 : 5 * scale,
    addressingNanojoules: 0,
  })),
  energyNanojoules: scale * 10,
});

export const energy = (of: SpikingRecord): EnergyRecord => ({
  kind: 'energy',
  ...detail(of),
  comparisons: ['proxy', 'lemaire', 'proxy'].map((model) => ({
    spiking: estimate(model, 12.5),
    ann: estimate(model, 8),
    twin: estimate(model, 4),
    twinBits: 4,
  })),
  breakEven: {
    steps: 8,
    spikeRate: 0.08,
    twinBits: 4,
    rows: [
      { table: 'proxy float32', ann: { spikeRate: 0.2, steps: 12 }, twin: { spikeRate: 0.05, steps: 6 } },
      { table: 'lemaire', ann: { spikeRate: null, steps: null }, twin: { spikeRate: 0, steps: 0 } },
    ],
  },
});

export const layers = (of: SpikingRecord): LayersRecord => ({
  kind: 'layers',
  ...detail(of),
  layers: [
    { node: 'relu1', meanRate: 0.1, correlation: 0.99, clippedMass: 0.02, quantisationError: 0.01, unevennessError: 0 },
    { node: 'relu2', meanRate: 0, correlation: null, clippedMass: 0, quantisationError: 0.02, unevennessError: null },
  ],
});

export const details: readonly ResultRecord[] = [
  energy(runs[0]),
  energy(runs[1]),
  layers(runs[0]),
  layers(runs[1]),
  {
    kind: 'raster',
    ...detail(runs[0]),
    node: 'relu',
    sample: 3,
    steps: 8,
    neurons: 5,
    spikes: [
      [1, 0],
      [4, 2],
      [8, 4],
    ],
  },
  {
    kind: 'traces',
    ...detail(runs[0]),
    node: 'relu',
    sample: 3,
    traces: [
      { neuron: 0, potentials: [1, 1.5, 0.5, 1, 1.5, 0, 0.5, 1] },
      { neuron: 7, potentials: [-1, -2, -1, 0, 1, 0, 1, 0] },
    ],
  },
];

export const results = (...records: readonly ResultRecord[]): Results => ({
  header: { kind: 'results', format: 1, title: 'Tiny', command: 'pnpm bench tiny --seed 1' },
  records: [ann, ...records],
});

export const everything: Results = results(...runs, ...details, {
  kind: 'refused',
  name: 'max pooling',
  ann: ann.hash,
  reason: "Cannot convert node 'pool': it has no spiking form: maxPool2d",
});

/** Results as a file. */
export const jsonl = ({ header, records }: Results): string =>
  [header, ...records].map((line) => `${JSON.stringify(line)}\n`).join('');
