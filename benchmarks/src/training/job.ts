/** A network of convolutions (3x3, zero padding, no bias), each with batch normalisation and QCFS, and a dense layer. */
export interface TrainedNet {
  readonly name: string;
  /** Height, width, channels. */
  readonly input: readonly [number, number, number];
  /** Output channels of a convolution, or average pooling over 2x2. */
  readonly layers: readonly (number | 'pool')[];
  readonly classes: number;
  readonly batch: number;
}

/** What a process is asked to do: the first line on its standard input, as JSON. peers/training_torch.py reads the same. */
export interface TrainingJob extends TrainedNet {
  readonly variant: string;
  /** λ at the start, L, and the learning rate of Adam. */
  readonly bound: number;
  readonly levels: number;
  readonly rate: number;
}

/** The first answer. */
export interface Ready {
  readonly ready: true;
  readonly versions: Readonly<Record<string, string>>;
  /** The form that was chosen, where there are several, and what was tried. */
  readonly form?: unknown;
}

/** The answer to each line `run`: milliseconds a training step. */
export interface Round {
  readonly wall: number;
  /** Processor time, all threads together. */
  readonly busy: number;
}
