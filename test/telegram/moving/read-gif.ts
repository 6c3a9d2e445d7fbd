/** A GIF as it is drawn: each picture as red, green, blue in one number, row by row. */
export interface DrawnGif {
  readonly width: number
  readonly height: number
  readonly loops: boolean
  readonly frames: readonly { readonly pixels: readonly number[]; readonly hundredths: number }[]
}

/** Reads a GIF of whole pictures with one palette. Throws where a reader that is strict would give up. */
export const readGif = (file: Buffer): DrawnGif => {
  if (file.toString('latin1', 0, 6) !== 'GIF89a') throw new Error('It is no GIF')
  const [width, height] = [file.readUInt16LE(6), file.readUInt16LE(8)]
  const colours = 2 << ((file[10] ?? 0) & 7)
  const colour = (index: number): number => file.readUIntBE(13 + index * 3, 3)
  const frames: { pixels: number[]; hundredths: number }[] = []
  let [at, hundredths, loops] = [13 + colours * 3, 0, false]
  for (;;) {
    const kind = file[at]
    if (kind === 0x3b) break
    if (kind === 0x21) {
      if (file[at + 1] === 0xf9) hundredths = file.readUInt16LE(at + 4)
      if (file.toString('latin1', at + 3, at + 14) === 'NETSCAPE2.0') loops = true
      at = blocksAt(file, at + 2).end
    } else if (kind === 0x2c) {
      const { data, end } = blocksAt(file, at + 11)
      const indexes = expand(data, file[at + 10] ?? 0)
      if (indexes.length !== width * height) throw new Error(`A picture has ${indexes.length} pixels`)
      frames.push({ pixels: indexes.map(colour), hundredths })
      at = end
    } else throw new Error(`There is a block "${kind}" at ${at}`)
  }
  if (at !== file.length - 1) throw new Error('Something follows its end')
  return { width, height, loops, frames }
}

const blocksAt = (file: Buffer, from: number): { data: Buffer; end: number } => {
  const blocks: Buffer[] = []
  let at = from
  for (let size = file[at] ?? 0; size > 0; size = file[at] ?? 0) {
    blocks.push(file.subarray(at + 1, at + 1 + size))
    at += size + 1
  }
  return { data: Buffer.concat(blocks), end: at + 1 }
}

/** LZW as decoders do it: the code behind the table's end stands for the last string and its first position again. */
const expand = (data: Buffer, depth: number): number[] => {
  const [clear, end] = [1 << depth, (1 << depth) + 1]
  const out: number[] = []
  let table: number[][] = []
  let [bits, bit] = [depth + 1, 0]
  let last: number[] | undefined
  for (;;) {
    let code = 0
    for (let n = 0; n < bits; n += 1, bit += 1) code |= (((data[bit >> 3] ?? 0) >> (bit & 7)) & 1) << n
    if (bit > data.length * 8) throw new Error('The pixels end too early')
    if (code === end) return out
    if (code === clear) {
      table = Array.from({ length: clear + 2 }, (_, index) => [index])
      bits = depth + 1
      last = undefined
      continue
    }
    const known = table[code]
    if (known === undefined && (last === undefined || code !== table.length))
      throw new Error(`Nobody knows the code ${code}`)
    const string: number[] = known ?? [...(last ?? []), last?.[0] ?? 0]
    out.push(...string)
    if (last !== undefined && table.length < 4096) table.push([...last, string[0] ?? 0])
    if (table.length === 1 << bits && bits < 12) bits += 1
    last = string
  }
}
