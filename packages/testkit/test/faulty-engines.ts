import {
  type Batch,
  type Engine,
  type Frame,
  type Network,
  type Node,
  type Program,
  type RunOptions,
  referenceEngine,
} from '@spikewright/snn-core';
import { engineChecks } from '@spikewright/testkit';
import { expect } from 'vitest';
import { failing } from './failing.js';

/** Where an engine may go wrong; the rest is the reference engine's work. */
export interface Fault {
  /** Another network is compiled in place of the given one. */
  readonly network?: (network: Network) => Network;
  /** Other frames are shown. */
  readonly frame?: (frame: Frame, batch: Batch) => Frame;
  /** Another run is made; `count` is how many there were before. */
  readonly run?: (batch: Batch, options: RunOptions, count: number) => [Batch, RunOptions];
  /** Another program is given out. */
  readonly program?: (program: Program) => Program;
}

export function faultyEngine({ network: change = (same) => same, frame: show, run: replace, program }: Fault): Engine {
  return {
    name: 'faulty',
    async compile(network) {
      const sound = await referenceEngine().compile(change(network));
      let runs = 0;
      const faulty: Program = {
        ...sound,
        network,
        run: (batch, options) => {
          const frames = sound.run(...(replace?.(batch, options, runs++) ?? [batch, options]));
          return show ? shown(frames, (frame) => show(frame, batch)) : frames;
        },
      };
      return program?.(faulty) ?? faulty;
    },
  };
}

async function* shown(
  frames: Iterable<Frame> | AsyncIterable<Frame>,
  show: (frame: Frame) => Frame,
): AsyncIterable<Frame> {
  for await (const frame of frames) yield show(frame);
}

/** Changes every node of an operation. */
export function changing<Op extends Node['op']>(
  op: Op,
  change: (node: Extract<Node, { op: Op }>) => Partial<Extract<Node, { op: Op }>>,
): (network: Network) => Network {
  return (network) => ({
    ...network,
    nodes: network.nodes.map((node) =>
      node.op === op ? { ...node, ...change(node as Extract<Node, { op: Op }>) } : node,
    ),
  });
}

/** Those of the named checks that a fault makes fail. */
export async function failures(fault: Fault, names: readonly string[]): Promise<string[]> {
  const checks = engineChecks(faultyEngine(fault)).filter(([name]) => names.includes(name));
  expect(checks.length).toBe(names.length);
  return failing(checks);
}
