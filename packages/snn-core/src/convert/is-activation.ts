import type { Node } from '../network/network.js';

/** Whether a node is an activation that neurons take the place of. */
export const isActivation = (node: Node): boolean => node.op === 'relu' || node.op === 'clip' || node.op === 'qcfs';
