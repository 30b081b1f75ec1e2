import { type Imported, OptionsError, requireKnown } from '@spikewright/snn-core';
import { fromGraph } from './from-graph.js';
import type { NirGraph } from './nir-graph.js';
import { readGraph } from './read-graph.js';
import { restore } from './skeleton.js';

/** What a NIR file may leave open. */
export interface ReadNirOptions {
  /**
   * After a spike: the threshold is subtracted, or v becomes 0. NIR has no field for it; files by {@link writeNir} say
   * it in metadata, and for others it must be said here.
   */
  readonly reset?: 'subtract' | 'zero';
  /** Seconds of a step, above 0. Needed where neurons forget (LIF): NIR is continuous in time. */
  readonly dt?: number;
  /**
   * `ignore` leaves out all metadata, for a graph that was changed since Spikewright wrote it.
   *
   * @defaultValue 'use'
   */
  readonly metadata?: 'use' | 'ignore';
}

/**
 * Reads a spiking network from a NIR file (HDF5).
 *
 * A file by {@link writeNir} gives the same network bit for bit. In any other, subgraphs become part of the whole, edges
 * may stand in any order and are summed where they meet, and kernels and flattened images are put into the order here,
 * channels last. Neurons fire where v > θ, and start at 0, unless metadata says otherwise. IF adds R I in a step; LIF is
 * taken a step of `dt` by Euler's forward method. Numbers become 32-bit floats.
 *
 * The file is taken as hostile: all work and memory is bounded by its length.
 *
 * @throws UnsupportedLayersError (a TypeError) naming each node that cannot be read without changing its meaning, and why
 * @throws TypeError when the file is damaged or its nodes do not fit together; RangeError for numbers out of range
 * @throws OptionsError for an option that is unknown or out of range
 */
export async function readNir(bytes: Uint8Array, options: ReadNirOptions = {}): Promise<Imported> {
  requireKnown('read NIR', options, ['reset', 'dt', 'metadata']);
  const { reset, dt, metadata = 'use' } = options;
  if (reset !== undefined && reset !== 'subtract' && reset !== 'zero')
    throw wrong('reset must be subtract or zero', reset);
  if (dt !== undefined && !(dt > 0 && Number.isFinite(dt))) throw wrong('dt must be a number above 0', dt);
  if (metadata !== 'use' && metadata !== 'ignore') throw wrong('metadata must be use or ignore', metadata);
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`Cannot read NIR: bytes must be a Uint8Array: ${typeof bytes}`);
  const { openHdf5 } = await import('@spikewright/hdf5');
  const graph = readGraph(openHdf5(bytes).tree());
  if (metadata === 'ignore') return fromGraph(withoutMetadata(graph), { reset, dt });
  const skeleton = graph.metadata.get('spikewright');
  if (typeof skeleton !== 'string') return fromGraph(graph, { reset, dt });
  const network = restore(skeleton, graph);
  const layers = [...graph.nodes].map(([name, { type }]) => {
    const why = 'written by Spikewright and read back';
    return { name, kind: type, fate: 'kept', why, nodes: [name] } as const;
  });
  return { network, layers };
}

const wrong = (rule: string, value: unknown): OptionsError => new OptionsError(`Cannot read NIR: ${rule}: ${value}`);

function withoutMetadata({ nodes, edges }: NirGraph): NirGraph {
  const bare = [...nodes].map(([name, node]) => [name, { ...node, metadata: new Map() }] as const);
  return { nodes: new Map(bare), edges, metadata: new Map() };
}
