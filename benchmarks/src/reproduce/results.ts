import { createRequire } from 'node:module';
import { describeMachine, type Machine } from '../engine/machine.js';
import type { BoundResult } from './bounds.js';
import type { Curve } from './curve.js';
import type { Scope, Setting } from './setting.js';

/** A network that was measured as it was trained. */
export interface MeasuredAnn {
  readonly name: string;
  readonly title: string;
  readonly dataSet: string;
  /** SHA-256 */
  readonly hash: string;
  /** Share of right answers on the images of the run. */
  readonly accuracy: number;
  readonly images: number;
  readonly source: Setting['ann']['meta']['source'];
}

/** What a reproduction measured, as it is written to a file. */
export interface Reproduction {
  readonly format: 1;
  readonly reproduction: string;
  /** The command that makes it again. */
  readonly command: string;
  readonly scope: Omit<Scope, 'workers'>;
  readonly steps: number;
  readonly boundImages: number;
  readonly anns: readonly MeasuredAnn[];
  readonly curves: readonly Curve[];
  /** What came of the bounds that methods are held to. */
  readonly bounds: readonly BoundResult[];
  /** Sentences about what could not be measured. */
  readonly skipped: readonly string[];
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
}

/** The ANN's line of a setting. */
export const measuredAnn = ({ name, title, dataSet, hash, accuracy, images, ann }: Setting): MeasuredAnn => ({
  name,
  title,
  dataSet,
  hash,
  accuracy,
  images,
  source: ann.meta.source,
});

/** What the figures depend on beside the options: this machine, and the versions of the packages named. */
export function circumstances(packages: readonly string[]): Pick<Reproduction, 'machine' | 'versions'> {
  const require = createRequire(import.meta.url);
  const versions = packages.map((name) => [name, require(`@spikewright/${name}/package.json`).version]);
  return { machine: describeMachine(), versions: Object.fromEntries(versions) };
}
