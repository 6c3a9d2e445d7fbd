/** Where a command writes: a terminal, a pipe, or a test's list of lines. */
export interface Sink {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly rows?: number
  readonly columns?: number
  /** Of a terminal: somebody has changed its size. */
  on?(event: 'resize', listener: () => void): unknown
  off?(event: 'resize', listener: () => void): unknown
}

/** stdout is data, stderr is for people. */
export interface Output {
  readonly json: boolean
  readonly stdout: Sink
  readonly stderr: Sink
  /** One value of data: as JSON with `--json`, else as the text that `render` makes of it. */
  data<T>(value: T, render: (value: T) => string): void
  /** A line for a person. */
  note(text: string): void
}

export const openOutput = (options: { stdout: Sink; stderr: Sink; json: boolean }): Output => ({
  ...options,
  data(value, render) {
    const text = options.json ? JSON.stringify(value, null, 2) : render(value)
    if (text !== '') options.stdout.write(`${text}\n`)
  },
  note: text => {
    options.stderr.write(`${text}\n`)
  },
})

/** Rows under a head, in columns. The last column is not padded; an empty list gives no text at all. */
export const renderTable = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  if (rows.length === 0) return ''
  const cells = [head, ...rows].map(row => row.map(printable))
  const widths = head.map((_, column) => Math.max(...cells.map(row => widthOf(row[column] ?? ''))))
  return cells
    .map(row =>
      row
        .map((cell, column) =>
          column === head.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Names come from strangers: nothing in them may steer the terminal or turn the reading direction of a line. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()

const graphemes = new Intl.Segmenter()
/** Emoji that are drawn as such by themselves or by the mark behind them, and the letters of East Asia. */
const WIDE =
  /\p{Emoji_Presentation}|\p{Emoji}\ufe0f|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u

/** What a reader takes for one letter each. */
export const lettersOf = (text: string): string[] =>
  [...graphemes.segment(text)].map(({ segment }) => segment)

/** Columns that text takes in a terminal. */
export const widthOf = (text: string): number =>
  lettersOf(text).reduce((sum, letter) => sum + (WIDE.test(letter) ? 2 : 1), 0)
