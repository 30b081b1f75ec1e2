import type { Converter } from '@spikewright/snn-core';
import { type BoundedMethod, type BoundResult, measureBounds } from './bounds.js';
import { type Curve, measureCurve } from './curve.js';
import { circumstances, type MeasuredAnn, measuredAnn, type Reproduction } from './results.js';
import { readSetting, type Scope, type Setting } from './setting.js';

/** A row of a reproduction: a way to convert a network. */
export interface Method {
  readonly method: string;
  readonly converter: Converter;
}

/** What a reproduction is told. */
export interface ReproductionOptions extends Scope {
  readonly networks: readonly string[];
  readonly steps: number;
  /** Test images that bounds are measured on; all there are, if there are no more. */
  readonly boundImages: number;
  /** Hears what is being done, and the share of it that is done. */
  readonly say: (what: string, share: number) => void;
}

/** What a reproduction consists of. */
export interface ReproductionPlan {
  readonly name: string;
  /** The packages whose versions are kept with the results. */
  readonly packages: readonly string[];
  /** Reads a network by its name. @defaultValue the trained networks of the repository */
  readonly read?: (name: string, scope: Scope) => Promise<Setting>;
  readonly methods: (setting: Setting) => readonly Method[];
  /** Methods that are held to bounds, on as many test images as there are. */
  readonly bounded?: (setting: Setting) => readonly BoundedMethod[];
  /** Curves that are measured in another way than step by step on the setting's engine. */
  readonly more?: (setting: Setting, options: ReproductionOptions) => Promise<readonly Curve[]>;
}

/** Measures every method on every network. A network that cannot be read, or a method that is refused, is left out with its reason. */
export async function runReproduction(plan: ReproductionPlan, options: ReproductionOptions): Promise<Reproduction> {
  const { networks, steps, seed, images, calibration, boundImages, say } = options;
  const bounds: BoundResult[] = [];
  const anns: MeasuredAnn[] = [];
  const curves: Curve[] = [];
  const skipped: string[] = [];
  for (const name of networks) {
    let setting: Setting;
    try {
      setting = await (plan.read ?? readSetting)(name, options);
    } catch (error) {
      skipped.push(`Left out: ${name}: ${reason(error)}`);
      continue;
    }
    anns.push(measuredAnn(setting));
    for (const { method, converter } of plan.methods(setting)) {
      try {
        const snn = await converter.convert(setting.ann, setting.calibration);
        const onProgress = (share: number): void => say(`${name}: ${method}`, share);
        curves.push(await measureCurve(snn, setting, { method, steps, seed, onProgress }));
      } catch (error) {
        skipped.push(`Left out: ${name}: ${method}: ${reason(error)}`);
      }
    }
    for (const method of plan.bounded?.(setting) ?? []) {
      try {
        const all = await (plan.read ?? readSetting)(name, { ...options, images: boundImages });
        bounds.push(...(await measureBounds(method, all, options)));
      } catch (error) {
        skipped.push(`Left out: ${name}: bounds of ${method.method}: ${reason(error)}`);
      }
    }
    try {
      curves.push(...((await plan.more?.(setting, options)) ?? []));
    } catch (error) {
      skipped.push(`Left out: ${name}: what is measured in another way: ${reason(error)}`);
    }
  }
  return {
    format: 1,
    reproduction: plan.name,
    command: commandOf(plan, options),
    scope: { images, calibration, seed },
    boundImages,
    steps,
    anns,
    curves,
    bounds,
    skipped,
    ...circumstances(plan.packages),
  };
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function commandOf({ name, bounded }: ReproductionPlan, options: ReproductionOptions): string {
  const { networks, images, calibration, steps, seed, boundImages } = options;
  const said = { networks: networks.join(','), images, ...(bounded && { 'bound-images': boundImages }) };
  const words = Object.entries({ ...said, calibration, steps, seed }).map(([option, value]) => `--${option} ${value}`);
  return `pnpm reproduce ${name} --json ${words.join(' ')}`;
}
