/**
 * What to say wherever a user meets these rules: in help, tables, plots and notes of networks. Of Habara, Sato and Awano (DA
 * Symposium 2023) only the abstract could be read.
 */
export const HEBBIAN_LABEL = "derived from the abstract; the paper's rule is not public";
