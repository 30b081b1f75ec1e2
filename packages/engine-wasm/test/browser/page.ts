import { wasmEngine } from '@spikewright/engine-wasm';
import { elements, loadNetwork } from '@spikewright/snn-core';
import { type RunRecord, recordRun } from './record-run.js';

/** What a page is asked to run. */
export interface Task {
  readonly network: string;
  readonly workers: number;
  readonly steps: number;
}

const fetchBytes = async (path: string): Promise<ArrayBuffer> => (await fetch(path)).arrayBuffer();

/** Runs a network of the server on its images. */
async function runTask({ network: path, workers, steps }: Task): Promise<RunRecord> {
  const network = loadNetwork(new Uint8Array(await fetchBytes(path)));
  const data = new Float32Array(await fetchBytes('images'));
  const input = network.nodes.find((node) => node.op === 'input')!;
  const size = data.length / elements(input.shape);
  const batch = { size, data, indices: Uint32Array.from({ length: size }, (_, i) => i) };
  return recordRun((onNotice) => wasmEngine({ workers, onNotice }), network, batch, steps);
}

Object.assign(globalThis, { runTask });
