import type { Seen } from '../../test/simulators/telegram/index.ts'
import { pad, paint, print, screenWidth, wrap } from './screen.ts'

export const step = (text: string): void => print(`${paint('green', '▸')} ${text}`)
/** A command as a person types it. */
export const command = (args: readonly string[]): void => {
  const typed = args.map(word => (word.includes(' ') ? `"${word}"` : word))
  print(paint('cyan', `$ wa2tg ${typed.join(' ')}`))
}
export const output = (text: string): void => {
  for (const line of text
    .trimEnd()
    .split('\n')
    .flatMap(line => wrap(line, screenWidth - 2, '  ')))
    print(`  ${line}`)
}

/** One message as both sides of the transcript show it. */
export interface Line {
  readonly who: string
  readonly what: string
}

const icons: Readonly<Record<string, string>> = {
  photo: '📷 photo',
  voice: '🎤 voice note',
  document: '📄',
  sticker: '🎴 sticker',
  location: '📍 location',
  venue: '📍',
  contact: '👤',
  video: '🎬 video',
  animation: '🔁 GIF',
  video_note: '🔵 video note',
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

/** Where most of what a column shows comes from has the colour of that network. */
const colours = { whatsapp: 'green', telegram: 'cyan' } as const
export type Side = keyof typeof colours

/** A title of a column. */
interface Title {
  readonly side: Side
  readonly text: string
}

const paintTitle = ({ side, text }: Title, width = 0): string =>
  paint(['bold', colours[side]], pad(text, width))

/** The lines of a message: what it says begins at the left, its other lines stand further in. */
const wrapMessage = (message: string, width: number): string[] =>
  message
    .split(' ⏎ ')
    .flatMap((line, index) =>
      index === 0 ? wrap(line, width, '  ') : wrap(line, width - 2).map(part => `  ${part}`),
    )

/** Both chats side by side, a message beside its copy. With two spaces before and one between them they are as wide as the screen. */
export const sideBySide = (...chats: readonly [left: ShownChat, right: ShownChat]): void => {
  const width = (screenWidth - 4) / 2
  const [left, right] = chats
  print(`  ${paintTitle(left.title, width)}  ${paintTitle(right.title)}`)
  for (let row = 0; row < Math.max(left.lines.length, right.lines.length); row += 1) {
    const cells = chats.map(({ title, lines }) => cellOf(lines[row], width, colours[title.side]))
    for (let line = 0; line < Math.max(...cells.map(({ length }) => length)); line += 1)
      print(`  ${cells.map(cell => cell[line] ?? ' '.repeat(width)).join('  ')}`.trimEnd())
  }
}

interface ShownChat {
  readonly title: Title
  readonly lines: readonly Line[]
}

const cellOf = (line: Line | undefined, width: number, colour: 'green' | 'cyan'): string[] => {
  if (line === undefined) return []
  const [first = '', ...more] = wrapMessage(`${line.who}: ${line.what}`, width)
  const name = first.slice(0, line.who.length + 1)
  const rest = pad(first, width).slice(name.length)
  return [paint(colour, name) + rest, ...more.map(each => pad(each, width))]
}

/** What a person sees as the look of words, in braces; they may begin on one line and end on the next. */
const paintStyles = (line: string): string =>
  line.replace(/^[^{}]*\}|\{[^{}]*(?:\}|$)/g, styles => paint('dim', styles))

/** Columns of the table of kinds: name, what was sent, what is seen. With two spaces before each they are as wide as the screen. */
const columns = { name: 16, sent: 24, seen: 34 } as const

/** What was sent and what is seen of it, in three columns. */
export const sentAndSeen = (
  titles: readonly [sent: Title, seen: Title],
  rows: readonly { readonly name: string; readonly sent: string; readonly seen: readonly string[] }[],
): void => {
  const { name, sent, seen } = columns
  print(`  ${' '.repeat(name)}  ${paintTitle(titles[0], sent)}  ${paintTitle(titles[1])}`)
  for (const row of rows) {
    const names = wrap(row.name, name)
    const sents = wrap(row.sent, sent)
    const seens = row.seen.flatMap(message => wrapMessage(message, seen).map(paintStyles))
    for (let line = 0; line < Math.max(names.length, sents.length, seens.length); line += 1) {
      const cells = [paint('dim', pad(names[line], name)), pad(sents[line], sent), seens[line] ?? '']
      print(`  ${cells.join('  ')}`.trimEnd())
    }
  }
}
