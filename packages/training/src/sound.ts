import type { TrainState } from './checkpoint.js';

/**
 * Refuses a state that no step could bring back, before it becomes a checkpoint: a weight that is no finite number, or a
 * λ of 0 or below.
 */
export function requireSound({ parameters, statistics, step }: TrainState): void {
  for (const [name, { data }] of Object.entries({ ...parameters, ...statistics })) {
    const lost = data.find((value) => !Number.isFinite(value));
    if (lost !== undefined) throw fault(name, 'must stay finite', lost, step);
    if (name.endsWith('.lambda') && data[0] <= 0) throw fault(name, 'must stay above 0', data[0], step);
  }
}

function fault(name: string, rule: string, value: number, step: number): RangeError {
  const dot = name.lastIndexOf('.');
  const [node, field] = [name.slice(0, dot), name.slice(dot + 1)];
  const advice = 'a smaller learningRate may help';
  const symbol = field === 'lambda' ? 'λ' : field;
  return new RangeError(`Cannot train node '${node}': ${symbol} ${rule} (${advice}): ${value} in step ${step}`);
}
