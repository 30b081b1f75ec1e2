import * as v from 'valibot';
import type { FirstLayer } from './first-layer.js';

/** An energy: at least 0 and finite. */
export const energy: v.GenericSchema<number> = v.pipe(v.number(), v.finite(), v.minValue(0));

/** A width in bits. */
export const width: v.GenericSchema<number> = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64));

export const firstLayer: v.GenericSchema<FirstLayer> = v.picklist(['everyStep', 'once']);
