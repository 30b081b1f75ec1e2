// What each of several threads runs: gradients of its share of a batch.
import { serveGradients } from '@spikewright/training';
import { startBackend } from './backend.js';
import { toldRegularizers } from './regularizers.js';

await startBackend();
serveGradients({ regularizers: toldRegularizers() });
