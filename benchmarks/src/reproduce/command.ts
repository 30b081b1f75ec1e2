import { Command } from 'commander';
import { convertersCommand } from './converters.js';
import { eccCommand } from './ecc.js';
import { importsCommand } from './imports/command.js';
import { l4Command } from './l4/command.js';
import { qcfsCommand } from './qcfs.js';

/** `pnpm reproduce`: what the papers' methods do on the networks of this repository. */
export const reproduceCommand: Command = new Command('reproduce')
  .description("measure the papers' methods on the networks of this repository")
  .addCommand(convertersCommand)
  .addCommand(eccCommand)
  .addCommand(importsCommand)
  .addCommand(l4Command)
  .addCommand(qcfsCommand);
