import { lettersOf, widthOf } from '../../src/cli/output.ts'
import type { Seen } from '../../test/simulators/telegram/index.ts'

const colour = process.stdout.isTTY === true
const paint = (code: string, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)

export const heading = (text: string): void =>
  console.log(`\n${paint('1', `── ${text} ${'─'.repeat(Math.max(0, 74 - text.length))}`)}`)
export const step = (text: string): void => console.log(`${paint('32', '▸')} ${text}`)
/** A command as a person types it. */
export const command = (args: readonly string[]): void => {
  const typed = args.map(word => (word.includes(' ') ? `"${word}"` : word))
  console.log(paint('36', `$ wa2tg ${typed.join(' ')}`))
}
export const output = (text: string): void => {
  for (const line of text.trimEnd().split('\n')) console.log(`  ${line}`)
}

/** One message as both sides of the transcript show it. */
export interface Line {
  readonly who: string
  readonly what: string
}

const icons: Readonly<Record<string, string>> = {
  photo: '🖼 photo',
  voice: '🎤 voice note',
  document: '📄',
  sticker: '🎴 sticker',
  location: '📍 location',
  venue: '📍',
  contact: '👤',
  video: '🎬 video',
  animation: '🎞 GIF',
  video_note: '⏺ video note',
  audio: '🎵 audio',
}

/** What a person reads of a Telegram message in one line. */
export const describeSeen = (seen: Seen, answered?: Seen): Line => {
  const name = (seen.kind === 'document' && seen.file?.name) || seen.contact?.first_name || seen.venue?.title
  const attachment = [icons[seen.kind], name].filter(Boolean).join(' ')
  const parts = [attachment, seen.text].filter(Boolean)
  const reply = answered ? `↩ “${nameOf(answered)}” ` : ''
  return {
    who: seen.from.isBot ? 'bridge' : seen.from.name,
    what: reply + parts.join(' · ').replaceAll('\n', ' ⏎ '),
  }
}

/** What is answered, in a few words. */
const nameOf = ({ kind, text }: Seen): string => text.split('\n').at(-1) || (icons[kind] ?? kind)

/** Both chats side by side, in two columns of 46. */
export const sideBySide = (
  left: { title: string; lines: readonly Line[] },
  right: { title: string; lines: readonly Line[] },
): void => {
  const width = 46
  console.log(`  ${paint('1', left.title.padEnd(width))} ${paint('1', right.title)}`)
  for (let row = 0; row < Math.max(left.lines.length, right.lines.length); row += 1) {
    const cells = [left.lines[row], right.lines[row]].map(line => (line ? `${line.who}: ${line.what}` : ''))
    const [one = '', other = ''] = cells.map(cell => fit(cell, width))
    console.log(`  ${one} ${other.trimEnd()}`)
  }
}

/** Columns of a terminal: name, what was sent, what is seen. With two spaces before and one between them they are 100. */
const columns = { name: 21, sent: 33, seen: 42 } as const

/** What was sent and what is seen of it, in three columns. Each message begins at the left of its own, its other lines further in. */
export const sentAndSeen = (
  titles: readonly [sent: string, seen: string],
  rows: readonly { readonly name: string; readonly sent: string; readonly seen: readonly string[] }[],
): void => {
  const { name, sent, seen } = columns
  console.log(`  ${' '.repeat(name)} ${paint('1', titles[0].padEnd(sent))} ${paint('1', titles[1])}`)
  for (const row of rows) {
    const cells = [
      wrap(row.name, name),
      wrap(row.sent, sent),
      row.seen.flatMap(message =>
        message.split(' ⏎ ').flatMap((line, index) => {
          const indent = index === 0 ? '' : '  '
          return wrap(line, seen - 2).map((part, at) => (at === 0 ? indent : '  ') + part)
        }),
      ),
    ]
    const [names = [], sents = [], seens = []] = cells
    for (let line = 0; line < Math.max(...cells.map(({ length }) => length)); line += 1) {
      const text = `  ${pad(names[line], name)} ${pad(sents[line], sent)} ${seens[line] ?? ''}`
      console.log(text.trimEnd())
    }
  }
}

/** Lines of at most so many columns, cut between words where there are any. */
const wrap = (text: string, width: number): string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
    while (widthOf(line) > width) {
      const start = startOf(line, width)
      lines.push(start)
      line = line.slice(start.length)
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

const pad = (text = '', width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

/** Cut to a width in columns. */
const fit = (text: string, width: number): string =>
  pad(widthOf(text) > width ? `${startOf(text, width - 1)}…` : text, width)
