import { Command } from 'commander';
import { convertersCommand } from './converters.js';
import { eccCommand } from './ecc.js';
import { guaranteeCommand } from './guarantee/command.js';
import { hebbianCommand } from './hebbian/command.js';
import { importsCommand } from './imports/command.js';
import { l4Command } from './l4/command.js';
import { qcfsCommand } from './qcfs.js';
import { rcsTopKCommand } from './rcs-topk/command.js';

/** `pnpm reproduce`: what the papers' methods do on the networks of this repository. */
export const reproduceCommand: Command = new Command('reproduce')
  .description("measure the papers' methods on the networks of this repository")
  .addCommand(convertersCommand)
  .addCommand(eccCommand)
  .addCommand(guaranteeCommand)
  .addCommand(hebbianCommand)
  .addCommand(importsCommand)
  .addCommand(l4Command)
  .addCommand(qcfsCommand)
  .addCommand(rcsTopKCommand);
