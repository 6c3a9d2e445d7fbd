import type { Seen } from '../../test/simulators/telegram/index.ts'

const colour = process.stdout.isTTY === true
const paint = (code: string, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)

export const heading = (text: string): void =>
  console.log(`\n${paint('1', `── ${text} ${'─'.repeat(Math.max(0, 74 - text.length))}`)}`)
export const step = (text: string): void => console.log(`${paint('32', '▸')} ${text}`)
export const command = (args: readonly string[]): void =>
  console.log(paint('36', `$ wa2tg ${args.join(' ')}`))
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
  const attachment = seen.file && seen.kind === 'document' ? `📄 ${seen.file.name}` : (icons[seen.kind] ?? '')
  const parts = [attachment, seen.contact?.first_name, seen.venue?.title, seen.text].filter(part => part)
  const reply = answered ? `↩ “${answered.text.split('\n').at(-1)}” ` : ''
  return {
    who: seen.from.isBot ? 'bridge' : seen.from.name,
    what: reply + parts.join(' · ').replaceAll('\n', ' ⏎ '),
  }
}

/** Both chats side by side, in two columns of 38. */
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

/** What was sent and what is seen of it, in three columns; the last is as wide as it likes, and may have several lines. */
export const sentAndSeen = (
  titles: readonly [sent: string, seen: string],
  rows: readonly { readonly name: string; readonly sent: string; readonly seen: readonly string[] }[],
): void => {
  const [names, width] = [24, 48]
  console.log(`  ${' '.repeat(names)} ${paint('1', titles[0].padEnd(width))} ${paint('1', titles[1])}`)
  for (const { name, sent, seen } of rows) {
    const [first = '', ...others] = seen
    console.log(`  ${fit(name, names)} ${fit(sent, width)} ${first}`)
    for (const line of others) console.log(`${' '.repeat(names + width + 4)}${line}`)
  }
}

/** Cut to a width in characters as a person counts them. */
const fit = (text: string, width: number): string => {
  const characters = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment)
  const kept = characters.length > width ? [...characters.slice(0, width - 1), '…'] : characters
  return kept.join('') + ' '.repeat(Math.max(0, width - kept.length))
}
