import { randomStream } from '@spikewright/snn-core';

/** The whole numbers from 0 up to, but without, a count. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, place) => place);
}

/** Puts a list into a random order, always the same: one without a pattern that a fault could share. */
export function shuffled(list: readonly number[]): number[] {
  const random = randomStream(list.length);
  const keys = new Map(list.map((item) => [item, random()]));
  return [...list].sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
}
