const all = process.env['EVERY_BYTE'] !== undefined

/** `npm test` cuts behind every so manieth byte; EVERY_BYTE=1 behind each, which takes some minutes. */
export const everySo = (bytes: number): number => (all ? 1 : bytes)

/**
 * Connections are broken behind bytes of an odd number, and ended behind the others; `even` the other way round. What is cut behind each
 * byte is so in both ways; else `npm test` takes one.
 */
export const turnsFor = (stride: number): readonly ('odd' | 'even')[] =>
  stride === 1 ? ['odd', 'even'] : ['odd']

/** How an answer is cut behind so many bytes. */
export const cut = (cutAfter: number, turn: 'odd' | 'even'): { cutAfter: number; reset: boolean } => ({
  cutAfter,
  reset: (cutAfter % 2 === 1) === (turn === 'odd'),
})
