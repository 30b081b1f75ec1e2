import type { Network } from '@spikewright/snn-core';
import type { AnnEvaluation } from './evaluate-ann.js';
import type { Regularizer } from './regularizer.js';

/** Where training stands after a step. */
export interface StepReport {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  /** Steps taken of this epoch, from 1. */
  readonly step: number;
  /** Steps of an epoch. */
  readonly steps: number;
  /** Mean cross-entropy of the batch, without penalty. */
  readonly loss: number;
  /** What the regularizer added. */
  readonly penalty: number;
  /** Share of the batch classified rightly. */
  readonly accuracy: number;
  readonly learningRate: number;
}

/** What an epoch gave. Loss and accuracy are means over its steps, while the weights still moved. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  /** On the held-out share, after the epoch; absent if nothing is held out. */
  readonly validation?: AnnEvaluation;
}

/** What a training run calls and is told. */
export interface TrainHooks {
  /** @defaultValue noRegularizer() */
  readonly regularizer?: Regularizer;
  /** Called after every step. */
  onStep?(report: StepReport): void;
  /** Called after every epoch. */
  onEpoch?(report: EpochReport): void;
  /** Receives a checkpoint after each epoch, and when the run is aborted; training waits for it. */
  onCheckpoint?(bytes: Uint8Array): void | Promise<void>;
  /** A checkpoint of the same training to go on from. */
  readonly resume?: Uint8Array;
  /** Ends the run after the step under way. */
  readonly signal?: AbortSignal;
}

/** A trained network. */
export interface TrainResult {
  readonly network: Network;
  readonly history: readonly EpochReport[];
  /** False if the run was aborted. */
  readonly finished: boolean;
}
