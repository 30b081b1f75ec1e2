export { qcfs, qcfsGradient } from './qcfs';
export { neurons, neuronsGradient } from './spiking-neurons';
