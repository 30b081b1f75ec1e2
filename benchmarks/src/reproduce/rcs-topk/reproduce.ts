import { wasmEngine } from '@spikewright/engine-wasm';
import { circumstances } from '../results.js';
import type { Scope } from '../setting.js';
import { formsOf } from './forms.js';
import { measureSubject } from './measure-subject.js';
import { type Given, readNetwork } from './read-network.js';
import { AIM, PUBLISHED, type RcsTopKResults, type Subject, type Verdict } from './results.js';

/** What the reproduction is told. */
export interface RcsTopKOptions extends Scope {
  readonly networks: readonly string[];
  readonly steps: number;
  /** Hears what is being done, and the share of it that is done. */
  readonly say: (what: string, share: number) => void;
  /** Reads a network by its name. @defaultValue the trained networks of the repository */
  readonly read?: (name: string, scope: Scope) => Promise<Given>;
}

/** Measures every network in all its forms. What cannot be read or converted is left out with its reason. */
export async function reproduceRcsTopK(options: RcsTopKOptions): Promise<RcsTopKResults> {
  const { networks, steps, seed, images, calibration, workers, say, read = readNetwork } = options;
  const scope: Scope = { images, calibration, seed, workers };
  const engine = wasmEngine({ workers });
  const subjects: Subject[] = [];
  const skipped: string[] = [];
  for (const name of networks) {
    try {
      const given = await read(name, scope);
      for (const form of formsOf(given.network)) {
        const onProgress = (share: number): void => say(`${name}: ${form.method}`, share);
        subjects.push(await measureSubject(given, form, { engine, steps, seed, onProgress }));
      }
    } catch (error) {
      skipped.push(`Left out: ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return {
    format: 1,
    reproduction: 'rcs-topk',
    command: `pnpm reproduce rcs-topk --json --networks ${networks.join(',')} --images ${images} --calibration ${calibration} --steps ${steps} --seed ${seed}`,
    scope,
    steps,
    aim: AIM,
    published: PUBLISHED,
    subjects,
    verdicts: verdictsOf(subjects),
    skipped,
    ...circumstances([
      'cutoff-topk',
      'cutoff-conformal',
      'converters-qcfs',
      'converters-calibration',
      'engine-wasm',
      'snn-core',
    ]),
  };
}

/** Whether a network of each data set that was measured met the aim. */
const verdictsOf = (subjects: readonly Subject[]): Verdict[] =>
  AIM.dataSets
    .map((dataSet) => ({ dataSet, all: subjects.filter((subject) => subject.dataSet === dataSet) }))
    .filter(({ all }) => all.length > 0)
    .map(({ dataSet, all }) => {
      const by = all.filter(({ aimMet }) => aimMet!.length > 0).map(({ network, method }) => `${network}, ${method}`);
      return { dataSet, met: by.length > 0, by };
    });
