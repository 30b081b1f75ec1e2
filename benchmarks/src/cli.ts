#!/usr/bin/env node
import { Command } from 'commander';
import { earlyExitCommand } from './early-exit/command.js';
import { engineCommand } from './engine/command.js';
import { metricsCommand } from './metrics/command.js';
import { reproduceCommand } from './reproduce/command.js';
import { trainingCommand } from './training/command.js';
import { weightsCommand } from './weights/command.js';

const program = new Command('bench')
  .description('Measures what Spikewright costs beside what researchers run today')
  .showHelpAfterError('(add --help for what can be said)')
  .addCommand(engineCommand)
  .addCommand(earlyExitCommand)
  .addCommand(metricsCommand)
  .addCommand(trainingCommand)
  .addCommand(weightsCommand)
  .addCommand(reproduceCommand);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(process.env.DEBUG ? error : `error: ${error.message}`);
  process.exitCode = 1;
}
