/**
 * Loaded before the program (`--import`): on SIGUSR2 it ends as a bug would, with what the bug has in its words and its
 * cause in its own.
 */
process.on('SIGUSR2', () => {
  const words = process.env['WA2TG_TEST_CRASH'] ?? ''
  try {
    JSON.parse(words)
  } catch (cause) {
    throw new Error(words, { cause })
  }
})
