import { type ProbeContext, probe } from './probe.ts'

/** Ids looked at around each guess, because single ones may have been deleted. */
const width = 3
const maxPower = 22

/**
 * The highest message id of a supergroup or channel in which the bot has never seen one, by probing: first powers of two,
 * then halving. About a hundred questions, once in a chat's life. 0 when nothing is found.
 */
export const findTop = async (context: ProbeContext): Promise<number> => {
  const taken = async (id: number): Promise<boolean> => {
    for (let at = id; at < id + width; at++) if ((await probe(at, context)) !== 'nothing') return true
    return false
  }
  let low = 0
  for (let power = 0; power <= maxPower; power++) if (await taken(2 ** power)) low = 2 ** power
  let high = low * 2
  while (high - low > width) {
    const middle = Math.floor((low + high) / 2)
    if (await taken(middle)) low = middle
    else high = middle
  }
  return low === 0 ? 0 : low + width
}
