/** Waits until `look` returns something other than `undefined`, `false` or `null`; fails with what it threw last after `ms`. */
export const eventually = async <T>(
  look: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  what = 'the condition',
  ms = 120_000,
): Promise<T> => {
  const until = Date.now() + ms
  let last: unknown
  for (;;) {
    try {
      const found = await look()
      if (found) return found
      last = undefined
    } catch (error) {
      last = error
    }
    if (Date.now() > until) throw new Error(`Still waiting for ${what} after ${ms} ms`, { cause: last })
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
