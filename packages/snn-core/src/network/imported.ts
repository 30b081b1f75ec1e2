import type { Network } from './network.js';

/** What a reader made of one layer of a file. */
export interface ImportedLayer {
  /** Its name in the file. */
  readonly name: string;
  /** Its type in the file's own words, such as `Conv2D`. */
  readonly kind: string;
  /**
   * `kept`: a node does the same. `folded`: it became part of another node. `dropped`: it does nothing when a network is
   * used. `replaced`: other nodes do exactly the same together. `unsupported`: nothing here does the same.
   */
  readonly fate: 'kept' | 'folded' | 'dropped' | 'replaced' | 'unsupported';
  /** What became of it and why, in one sentence. */
  readonly why: string;
  /** The nodes that stand for it; none where it was dropped or is unsupported. */
  readonly nodes: readonly string[];
}

/** A network that was read from a file of another framework, and what became of each of its layers. */
export interface Imported {
  readonly network: Network;
  /** In the order of the file's graph. */
  readonly layers: readonly ImportedLayer[];
}

/** Thrown by readers for a file with layers that no node can stand for; names each of them and the way out. */
export class UnsupportedLayersError extends TypeError {
  override readonly name: string = 'UnsupportedLayersError';

  /** @param layers - every layer of the file, the supported ones too */
  constructor(readonly layers: readonly ImportedLayer[]) {
    const reasons = layers.filter(({ fate }) => fate === 'unsupported');
    super(`Cannot import: ${reasons.map(({ name, kind, why }) => `layer '${name}' (${kind}): ${why}`).join('; ')}`);
  }
}
