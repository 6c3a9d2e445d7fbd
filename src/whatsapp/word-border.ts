/** Whether what ends before `at` is a letter or digit of any script, accents belonging to their letter. */
export const isWordBefore = (text: string, at: number): boolean =>
  /[\p{L}\p{N}]\p{M}*$/u.test(text.slice(Math.max(0, at - 16), at))

/** Whether a letter or digit begins at `at`. */
export const isWordAfter = (text: string, at: number): boolean =>
  /^[\p{L}\p{N}]/u.test(text.slice(at, at + 2))

/** Whether neither side of a range touches a word. */
export const isBoundary = (text: string, start: number, end: number): boolean =>
  !isWordBefore(text, start) && !isWordAfter(text, end)
