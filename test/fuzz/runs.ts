/**
 * How many inputs a fuzz test makes, and from which seed. In CI few, always the same; `scripts/fuzz.ts` sets both for the
 * long run. A failure names the seed and the path that repeat it.
 */
const scale = Number(process.env['FUZZ_SCALE'] ?? 1)
const seed = Number(process.env['FUZZ_SEED'] ?? 20261126)

export const runs = (inCi: number): { numRuns: number; seed: number; endOnFailure: boolean } => ({
  numRuns: Math.ceil(inCi * scale),
  seed,
  endOnFailure: false,
})
