import { parseArgs } from 'node:util'

export interface NumberOption {
  /** Where nothing is said. */
  readonly usual: number
  readonly least: number
  readonly most?: number
  readonly whole?: boolean
}

/** The numbers on the command line. A mistake there ends the process with 2 and one line that says what is expected. */
export const readNumbers = <Name extends string>(
  options: Readonly<Record<Name, NumberOption>>,
  texts: readonly string[] = [],
): Record<Name, number> & { readonly texts: Readonly<Record<string, string | undefined>> } => {
  const names = Object.keys(options) as Name[]
  const values = parse([...names, ...texts])
  const numbers = names.map(name => {
    const { usual, least, most = Number.MAX_SAFE_INTEGER, whole = false } = options[name]
    const typed = values[name]
    const number = typed === undefined ? usual : typed.trim() === '' ? Number.NaN : Number(typed)
    if (number >= least && number <= most && (!whole || Number.isInteger(number))) return [name, number]
    return mistake(`--${name}: expected a ${whole ? 'whole ' : ''}number from ${least} on, found "${typed}"`)
  })
  return { ...(Object.fromEntries(numbers) as Record<Name, number>), texts: values }
}

const parse = (names: readonly string[]): Readonly<Record<string, string | undefined>> => {
  try {
    const options = Object.fromEntries(names.map(name => [name, { type: 'string' as const }]))
    return parseArgs({ options }).values
  } catch (error) {
    return mistake(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
  }
}

const mistake = (words: string): never => {
  console.error(words)
  process.exit(2)
}
