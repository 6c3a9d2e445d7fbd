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

const isCi = process.env['FUZZ_SCALE'] === undefined && process.env['FUZZ_SEED'] === undefined

/** How many of something are to be met at least where CI meets `inCi`: of other seeds and sizes by chance it may be fewer. */
export const least = (inCi: number): number => {
  const expected = inCi * scale
  return isCi ? inCi : Math.max(0, Math.floor(0.9 * expected - 4 * Math.sqrt(expected)))
}
