/** Loaded before the program (`--import`): on SIGUSR2 it ends as a bug would, with what the bug has in its words. */
process.on('SIGUSR2', () => {
  throw new Error(process.env['WA2TG_TEST_CRASH'])
})
