/** Shows anything from a file in a message: one line of at most 80 characters, or as many as given. */
export const show = (value: unknown, most = 80): string =>
  String(value)
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, most);
