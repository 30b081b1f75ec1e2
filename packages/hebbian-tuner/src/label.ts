/** What stands wherever a user meets these rules. */
export const LABEL = "derived from the abstract; the paper's rule is not public";
