import { type TrainingEpoch, type TrainingOutcome, trainingCurves } from '@spikewright/report';
import { toPng } from '../run/png.js';
import { replaceFile } from './replace-file.js';

/**
 * Draws loss and accuracy over epochs as SVG and PNG.
 *
 * @param base - path of the files, without ending
 * @returns their paths
 */
export async function writeCurves(
  base: string,
  history: readonly TrainingEpoch[],
  outcome: TrainingOutcome,
): Promise<string[]> {
  const { svg } = trainingCurves(history, outcome);
  const files = { [`${base}.svg`]: svg, [`${base}.png`]: await toPng(svg) };
  for (const [path, bytes] of Object.entries(files)) replaceFile(path, bytes);
  return Object.keys(files);
}
