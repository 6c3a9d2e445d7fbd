import { readFileSync } from 'node:fs'

/**
 * Where a loaded shared object keeps the addresses of functions that it calls in others, by name: the slots of its
 * relocations (elf(5); 64 bit, little endian), as addresses in this process. Slots that are read-only after loading are left
 * out. One name has several where the object also keeps it in a table of its own, as SQLite does.
 */
export const importSlots = (name: RegExp): Map<string, bigint[]> => {
  const mapped = readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .find(line => name.test(line))
  if (mapped === undefined) throw new Error(`Nothing that is called "${name}" is loaded`)
  const base = BigInt(`0x${mapped.split('-')[0]}`)
  const elf = readFileSync(mapped.slice(mapped.indexOf('/')))
  const long = (offset: number): number => Number(elf.readBigUInt64LE(offset))

  const headers = Array.from({ length: elf.readUInt16LE(56) }, (_, index) => long(32) + index * 56).map(
    at => ({
      type: elf.readUInt32LE(at),
      offset: long(at + 8),
      address: long(at + 16),
      size: long(at + 32),
    }),
  )
  const offsetOf = (address: number): number => {
    const part = headers.find(
      each => each.type === PT.LOAD && address >= each.address && address < each.address + each.size,
    )
    if (part === undefined) throw new Error(`Address ${address} is not in the file`)
    return address - part.address + part.offset
  }
  const readOnly = headers.filter(each => each.type === PT.GNU_RELRO)

  const dynamic = new Map<number, number>()
  const start = headers.find(each => each.type === PT.DYNAMIC)?.offset ?? 0
  for (let at = start; long(at) !== 0; at += 16) dynamic.set(long(at), long(at + 8))
  const entry = (tag: number): number => dynamic.get(tag) ?? 0
  const symbols = offsetOf(entry(DT.SYMTAB))
  const strings = offsetOf(entry(DT.STRTAB))
  const nameOf = (symbol: number): string => {
    const at = strings + elf.readUInt32LE(symbols + symbol * 24)
    return elf.toString('latin1', at, elf.indexOf(0, at))
  }

  const slots = new Map<string, bigint[]>()
  for (const [table, size] of [
    [DT.RELA, DT.RELASZ],
    [DT.JMPREL, DT.PLTRELSZ],
  ] as const) {
    const first = offsetOf(entry(table))
    for (let at = first; at < first + entry(size); at += 24) {
      const slot = long(at)
      const symbol = elf.readUInt32LE(at + 12)
      if (symbol === 0 || readOnly.some(part => slot >= part.address && slot < part.address + part.size))
        continue
      slots.set(nameOf(symbol), [...(slots.get(nameOf(symbol)) ?? []), base + BigInt(slot)])
    }
  }
  return slots
}

const PT = { LOAD: 1, DYNAMIC: 2, GNU_RELRO: 0x6474_e552 } as const
const DT = { PLTRELSZ: 2, STRTAB: 5, SYMTAB: 6, RELA: 7, RELASZ: 8, JMPREL: 23 } as const
