import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NeuroBenchReport, neuroBench } from '@spikewright/energy-metrics';
import { type Batch, type Network, saveNetwork, writeSafetensors } from '@spikewright/snn-core';

const SCRIPT = fileURLToPath(new URL('../../peers/neurobench_check.py', import.meta.url));

/** The status of the script where Python packages are missing. */
const MISSING = 3;

/** One metric, by us and by NeuroBench. */
export interface MetricPair {
  readonly metric: string;
  readonly ours: number;
  readonly theirs: number;
}

/** The comparison, or why there is none. */
export type NeuroBenchCheck =
  | { readonly pairs: readonly MetricPair[]; readonly versions: Readonly<Record<string, string>> }
  | { readonly skipped: string };

/**
 * Measures a converted network by our `neuroBench` and by the real NeuroBench, sample by sample, on the same images.
 *
 * The network has to be of the form that the peers read: a chain of same-padded convolutions, 2x2 average pooling, dense
 * layers and neurons with θ = 1 and v(0) = θ/2.
 *
 * @throws Error with what Python had to say, if it fails for another reason than missing packages
 */
export async function checkNeuroBench(network: Network, batch: Batch, steps: number): Promise<NeuroBenchCheck> {
  const folder = await mkdtemp(join(tmpdir(), 'spikewright-neurobench-'));
  try {
    const [networkFile, imagesFile] = [join(folder, 'network.safetensors'), join(folder, 'images.safetensors')];
    const { shape } = network.nodes.find((node) => node.op === 'input')!;
    await writeFile(networkFile, await saveNetwork(network));
    const images = { shape: [batch.size, ...shape], data: batch.data };
    await writeFile(imagesFile, writeSafetensors({ images }));
    const answer = await runPython([SCRIPT, networkFile, imagesFile, String(batch.size), String(steps)]);
    if ('skipped' in answer) return answer;
    const { results, versions } = JSON.parse(answer.text) as Answer;
    return { pairs: pairsOf(await neuroBench(network, [batch], { steps }), results), versions };
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Answer {
  readonly versions: Readonly<Record<string, string>>;
  readonly results: {
    readonly SynapticOperations: {
      readonly Effective_MACs: number;
      readonly Effective_ACs: number;
      readonly Dense: number;
    };
    readonly ActivationSparsity: number;
    readonly ActivationSparsityByLayer: Readonly<Record<string, number>>;
    readonly MembraneUpdates: number;
    readonly NeuronOperations: { readonly 'Effective Neuron Ops': number; readonly 'Neuron Dense Ops': number };
    readonly ParameterCount: number;
    readonly ConnectionSparsity: number;
  };
}

function pairsOf(report: NeuroBenchReport, results: Answer['results']): MetricPair[] {
  const { SynapticOperations: synaptic, NeuronOperations: neurons, ActivationSparsityByLayer: byLayer } = results;
  const pair = (metric: string, ours: number, theirs: number): MetricPair => ({ metric, ours, theirs });
  return [
    pair('effective MACs', report.effectiveMultiplyAccumulates, synaptic.Effective_MACs),
    pair('effective ACs', report.effectiveAccumulates, synaptic.Effective_ACs),
    pair('dense operations', report.denseOperations, synaptic.Dense),
    pair('membrane updates', report.membraneUpdates, results.MembraneUpdates),
    pair('effective neuron operations', report.effectiveNeuronOperations, neurons['Effective Neuron Ops']),
    pair('dense neuron operations', report.denseNeuronOperations, neurons['Neuron Dense Ops']),
    pair('activation sparsity', report.activationSparsity, results.ActivationSparsity),
    ...Object.entries(report.activationSparsityByLayer).map(([name, ours]) =>
      pair(`activation sparsity of ${name}`, ours, byLayer[name]),
    ),
    pair('connection sparsity', report.connectionSparsity, results.ConnectionSparsity),
    pair('parameters', report.parameters, results.ParameterCount),
  ];
}

function runPython(parameters: readonly string[]): Promise<{ text: string } | { skipped: string }> {
  const command = process.env.SPIKEWRIGHT_PYTHON ?? 'python3';
  const child = spawn(command, parameters, { env: { ...process.env, OMP_NUM_THREADS: '1' } });
  let text = '';
  let said = '';
  child.stdout.on('data', (part) => {
    text += part;
  });
  child.stderr.on('data', (part) => {
    said = `${said}${part}`.slice(-2000);
  });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => resolve({ skipped: `no NeuroBench: ${command} must start: ${error.message}` }));
    child.on('close', (status) => {
      if (status === 0) resolve({ text });
      else if (status === MISSING) resolve({ skipped: said.trim() });
      else reject(new Error(`Cannot check against NeuroBench: ${command} must not fail: ${said.trim()}`));
    });
  });
}
