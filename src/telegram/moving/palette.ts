/** Colours are 15 bits here, five each of red, green and blue: a GIF has 256 of them in all. */
export const colourOf = (red: number, green: number, blue: number): number =>
  ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3)

/** The colours that a GIF may use, and which of them stands for which colour. */
export interface Palette {
  /** Red, green, blue of each, a byte each. */
  readonly bytes: Uint8Array
  /** Which of them comes next to a colour, by its 15 bits. */
  readonly nearest: Uint8Array
}

const most = 256
const colours = 1 << 15
const channels = [10, 5, 0] as const

interface Box {
  readonly members: readonly number[]
  /** By how many steps its members differ at most in one channel, and in which. */
  readonly spread: number
  readonly shift: number
}

/** The palette by median cut: the widest box of colours is cut until there are enough. `seen` counts pixels by colour. */
export const makePalette = (seen: Uint32Array): Palette => {
  const boxes = [boxOf([...seen.keys()].filter(colour => (seen[colour] ?? 0) > 0))]
  while (boxes.length < most) {
    const widest = boxes.reduce(
      (best, box, index) => (box.spread > (boxes[best]?.spread ?? 0) ? index : best),
      0,
    )
    const box = boxes[widest]
    if (box === undefined || box.spread === 0) break
    boxes.splice(widest, 1, ...cut(box, seen))
  }
  const bytes = new Uint8Array(most * 3)
  const nearest = new Uint8Array(colours)
  for (const [index, { members }] of boxes.entries()) {
    bytes.set(mean(members, seen), index * 3)
    for (const colour of members) nearest[colour] = index
  }
  return { bytes, nearest }
}

const stepOf = (colour: number, shift: number): number => (colour >> shift) & 31

const boxOf = (members: readonly number[]): Box => {
  const spreads = channels.map(shift => {
    let [low, high] = [31, 0]
    for (const colour of members) {
      low = Math.min(low, stepOf(colour, shift))
      high = Math.max(high, stepOf(colour, shift))
    }
    return { spread: Math.max(0, high - low), shift }
  })
  const [first = { spread: 0, shift: 0 }, ...rest] = spreads
  return { members, ...rest.reduce((best, each) => (each.spread > best.spread ? each : best), first) }
}

/** In two where half of its pixels lie on either side. */
const cut = ({ members, shift }: Box, seen: Uint32Array): Box[] => {
  const sorted = members.toSorted((a, b) => stepOf(a, shift) - stepOf(b, shift))
  const total = sorted.reduce((sum, colour) => sum + (seen[colour] ?? 0), 0)
  let [at, sum] = [0, 0]
  while (at < sorted.length - 1 && (at === 0 || sum < total / 2)) sum += seen[sorted[at++] ?? 0] ?? 0
  return [boxOf(sorted.slice(0, at)), boxOf(sorted.slice(at))]
}

const mean = (members: readonly number[], seen: Uint32Array): number[] =>
  channels.map(shift => {
    let [sum, count] = [0, 0]
    for (const colour of members) {
      sum += stepOf(colour, shift) * (seen[colour] ?? 0)
      count += seen[colour] ?? 0
    }
    return count === 0 ? 0 : Math.round((sum * 255) / (count * 31))
  })
