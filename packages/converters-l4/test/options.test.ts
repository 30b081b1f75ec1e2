import { type L4Options, l4 } from '@spikewright/converters-l4';
import { describe, expect, test } from 'vitest';

describe('options', () => {
  test('l4 writes out its defaults: rule A with the L4 norm', () => {
    expect(l4().options).toEqual({ rule: 'equalise', norm: 'l4', strength: 1, clamp: 4, scope: 'all' });
    expect([l4().name, l4().role, l4.pluginName]).toEqual(['l4', 'converter', 'l4']);
    expect(l4({ clamp: null }).options.clamp).toBeNull();
  });

  test.each<[unknown, string]>([
    [{ rule: 'A' }, 'rule'],
    [{ norm: 'l1' }, 'norm'],
    [{ strength: -0.1 }, 'strength'],
    [{ strength: 1.1 }, 'strength'],
    [{ strength: Number.NaN }, 'strength'],
    [{ clamp: 0.5 }, 'clamp'],
    [{ clamp: Number.POSITIVE_INFINITY }, 'clamp'],
    [{ clamp: [0.25, 4] }, 'clamp'],
    [{ scope: 'hidden' }, 'scope'],
    [{ Norm: 'l4' }, 'Norm'],
  ])('l4 refuses the options %j', (given, key) => {
    const message = expect.stringMatching(`^Cannot use options of l4: .*: '${key}'$`);
    expect(() => l4(given as L4Options)).toThrow(expect.objectContaining({ name: 'OptionsError', message }));
  });
});
