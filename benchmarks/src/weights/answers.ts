import { argmax, type Batch, type Frame, type Program, type RunOptions } from '@spikewright/snn-core';

/** The answers of a run: for a step, the class that each sample was given, by its place in the data set. */
export type Answers = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** A program that runs as the given one does, and the answers it gives after some steps. */
export function recordAnswers(program: Program, steps: readonly number[]): { program: Program; answers: Answers } {
  const answers = new Map(steps.map((step) => [step, new Map<number, number>()]));
  async function* run(batch: Batch, options: RunOptions): AsyncGenerator<Frame> {
    for await (const frame of program.run(batch, options)) {
      for (let row = 0; row < frame.rows; row++) {
        answers.get(frame.stepOf(row))?.set(batch.indices[frame.sampleOf(row)], argmax(frame.scores(row)));
      }
      yield frame;
    }
  }
  const { network } = program;
  const recorded = { network, run, infer: program.infer.bind(program), dispose: program.dispose.bind(program) };
  return { program: recorded, answers };
}

/** How many samples are right in one set of answers and wrong in the other. */
export function onlyRight(
  ours: ReadonlyMap<number, number>,
  theirs: ReadonlyMap<number, number>,
  labels: ArrayLike<number>,
): number {
  return Array.from(ours).filter(([index, answer]) => answer === labels[index] && theirs.get(index) !== labels[index])
    .length;
}
