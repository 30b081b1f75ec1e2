import type { Check } from '@spikewright/testkit';

/** The names of the checks that fail. */
export async function failing(checks: readonly Check[]): Promise<string[]> {
  const names: string[] = [];
  for (const [name, check] of checks) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof Error) || error.message === '') throw new Error(`${name} failed without an explanation`);
      names.push(name);
    }
  }
  return names;
}
