/**
 * How often the layers before the first neurons are charged under analog input: in every executed step, as hardware
 * without a memory for currents does, or once a sample, as some papers do.
 */
export type FirstLayer = 'everyStep' | 'once';

/** How many passes of an analog layer are charged. */
export const passesOf = (firstLayer: FirstLayer, first: boolean, steps: number): number =>
  firstLayer === 'once' && first ? 1 : steps;

/** The rule in words, for a report. */
export const firstLayerRule = (firstLayer: FirstLayer): string =>
  firstLayer === 'once'
    ? 'first layer: the multiply-additions of analog input are charged once a sample'
    : 'first layer: the multiply-additions of analog input are charged in every executed step';

/** T in words, for a report. */
export const stepsRule = (steps: number): string => `T: ${steps} steps, the mean over samples of the steps executed`;
