import { canonicalJson } from '../canonical.js';
import type { RunOptions } from '../engine/engine.js';
import type { Network } from '../network/network.js';
import { networkHash } from '../network/network-file.js';
import type { ScoreSource } from '../plugin/roles.js';

/** Says where the scores of a run come from. */
export async function scoreSource(
  network: Network,
  { encoder, steps }: Pick<RunOptions, 'encoder' | 'steps'>,
): Promise<ScoreSource> {
  const { name, options } = encoder;
  return {
    network: await networkHash({ ...network, meta: {} }),
    encoder: canonicalJson({ name, options }),
    steps,
  };
}
