import type { Network } from '@spikewright/snn-core';
import type { Evaluation } from './evaluate.js';
import type { AnnResponse, Regularizer } from './regularizer.js';

/** Where training stands after a step. */
export interface StepReport {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  /** Steps taken of this epoch, from 1. */
  readonly step: number;
  /** Steps of an epoch. */
  readonly steps: number;
  /** Mean loss of the batch, without penalty. */
  readonly loss: number;
  /** What the regularizers added. */
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
  readonly validation?: Evaluation;
}

/** What a training run calls and is told: all that is no hyperparameter. */
export interface TrainHooks<Response = AnnResponse> {
  /** Terms that are added to the loss. @defaultValue [] */
  readonly regularizers?: readonly Regularizer<Response>[];
  /** Called after every step. */
  onStep?(report: StepReport): void;
  /** Called after every epoch. */
  onEpoch?(report: EpochReport): void;
  /**
   * Receives a checkpoint after each epoch, and when the run is aborted; training waits for it. Where it throws, a full
   * disk say, training ends with that error: write so that the checkpoint before stays whole.
   */
  onCheckpoint?(bytes: Uint8Array): void | Promise<void>;
  /** Steps between two checkpoints within an epoch, at least 1; only after epochs if left out. */
  readonly checkpointEvery?: number;
  /** The module that `workers` above 1 run, which calls `serveGradients`. */
  readonly workerModule?: URL;
  /** A checkpoint of the same training to go on from. */
  readonly resume?: Uint8Array;
  /** Ends the run after the step under way. */
  readonly signal?: AbortSignal;
}

/** A trained network. */
export interface TrainResult {
  readonly network: Network;
  readonly history: readonly EpochReport[];
  /** The epoch after which the network had these weights, if `patience` chose it. */
  readonly bestEpoch?: number;
  /** False if the run was aborted. */
  readonly finished: boolean;
}
