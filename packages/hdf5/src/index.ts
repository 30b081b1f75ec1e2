export type { Group, Numbers, Shape, Texts, Value } from './data.js';
export { type Hdf5, openHdf5 } from './open-hdf5.js';
