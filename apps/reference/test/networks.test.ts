import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadNetwork } from '@spikewright/snn-core';
import { expect, test } from 'vitest';

const NETWORKS = 'apps/reference/networks';
const files = readdirSync(NETWORKS).filter((file) => file.endsWith('.safetensors'));

/** Where logs lie, by who wrote them. */
const logOf = (name: string): string =>
  [
    join(NETWORKS, 'logs', `${name}.jsonl`),
    `benchmarks/train-cifar/logs/${name}.jsonl`,
    `benchmarks/train-cifar/logs/seeds/${name}-seed1.jsonl`,
  ].find(existsSync) ?? `no log of ${name}`;

test.each(files)(
  '%s names its data, seed and command, and its log tells of the run that it comes from',
  async (file) => {
    const network = await loadNetwork(readFileSync(join(NETWORKS, file)));
    const { command, dataset, seed, epochs, testAccuracy } = network.meta!.source as Record<string, unknown>;
    expect([command, dataset]).toEqual([expect.stringContaining('train'), expect.any(String)]);
    expect(seed).toBe(1);

    const lines = readFileSync(logOf(file.replace('.safetensors', '')), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const numbered = lines.filter((line) => 'loss' in line).map(({ epoch }) => epoch);
    expect(numbered).toEqual(Array.from({ length: epochs as number }, (_, at) => at + 1));
    const last = lines.at(-1);
    expect(last.testAccuracy ?? last.accuracy).toBe(testAccuracy);
    // Logs of `pnpm train` begin with the command; the others were written by the script that the command names.
    expect(lines[0].command ?? command).toBe(command);
  },
);
