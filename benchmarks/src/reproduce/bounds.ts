import { type Curve, measureCurve } from './curve.js';
import type { Method, ReproductionOptions } from './run-reproduction.js';
import type { Setting } from './setting.js';

/** What a conversion may lose. */
export interface Bound {
  /** T */
  readonly steps: number;
  /** Points of accuracy against the ANN. */
  readonly most: number;
}

/** A method that is held to bounds. */
export interface BoundedMethod extends Method {
  readonly bounds: readonly Bound[];
}

/** What came of a bound. */
export interface BoundResult extends Bound {
  readonly network: string;
  readonly method: string;
  /** All test images, unless fewer were asked for: one image of 10,000 is 0.01 points. */
  readonly images: number;
  /** Points of accuracy against the ANN on the same images. */
  readonly loss: number;
  readonly holds: boolean;
}

/** Runs a method for as long as its bounds ask, on the images of a setting. */
export async function measureBounds(
  { method, converter, bounds }: BoundedMethod,
  setting: Setting,
  { seed, say }: Pick<ReproductionOptions, 'seed' | 'say'>,
): Promise<BoundResult[]> {
  const snn = await converter.convert(setting.ann, setting.calibration);
  const steps = Math.max(...bounds.map((bound) => bound.steps));
  const what = `${setting.name}: ${method}, ${setting.images} images`;
  const curve = await measureCurve(snn, setting, { method, steps, seed, onProgress: (share) => say(what, share) });
  return bounds.map((bound) => judge(bound, curve, setting));
}

function judge(bound: Bound, { method, accuracy }: Curve, { name, images, accuracy: ann }: Setting): BoundResult {
  // Shares of whole images: what is left beyond the fourth digit is rounding.
  const loss = Math.round(1e4 * (ann - Number(accuracy[bound.steps - 1]))) / 100;
  return { network: name, method, images, ...bound, loss, holds: loss <= bound.most };
}
