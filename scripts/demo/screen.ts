import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters, styleText } from 'node:util'
import { lettersOf, widthOf } from '../../src/cli/output.ts'
import { drawTerminal } from './picture.ts'

/** Columns of the terminal that the demo is made for. */
export const screenWidth = 80

type Style = Parameters<typeof styleText>[0]

const inColour = process.stdout.isTTY === true && process.stdout.hasColors()
const pictures = new Map<string, string[]>()
let picture: string[] | undefined

/** Text in a style; `print` takes it away where the terminal shows none. */
export const paint = (style: Style, text: string): string => styleText(style, text, { validateStream: false })

export const print = (line = ''): void => {
  console.log(inColour ? line : stripVTControlCharacters(line))
  picture?.push(line)
}

/** A title over what follows, which belongs to the picture of that name, or to none. */
export const heading = (text: string, { of }: { of?: string } = {}): void => {
  const lines = of === undefined ? undefined : (pictures.get(of) ?? [])
  if (of !== undefined && lines) pictures.set(of, lines)
  picture = undefined
  print()
  picture = lines
  if (lines && lines.length > 0) lines.push('')
  print(paint('bold', `── ${text} ${'─'.repeat(Math.max(0, screenWidth - 4 - widthOf(text)))}`))
}

/** Writes what was printed into SVG files of a folder, one for each picture. `title`: what stands above each. */
export const savePictures = (folder: string, title: string): void => {
  mkdirSync(folder, { recursive: true })
  for (const [name, lines] of pictures)
    writeFileSync(join(folder, `${name}.svg`), drawTerminal(lines, { title, columns: screenWidth }))
}

/** Lines of at most so many columns, cut between words where there are any; all but the first begin with `hang`. */
export const wrap = (text: string, width: number, hang = ''): string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line)
      line = hang + word
    } else line = longer
    while (widthOf(line) > width) {
      const start = startOf(line, width)
      lines.push(start)
      line = hang + line.slice(start.length)
    }
  }
  return [...lines, line]
}

/** As many of the first letters as fit into a width in columns. */
const startOf = (text: string, width: number): string => {
  let start = ''
  for (const letter of lettersOf(text)) {
    if (widthOf(start + letter) > width) break
    start += letter
  }
  return start
}

export const pad = (text = '', width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))
