import type { proto } from '@whiskeysockets/baileys'
import { textOf } from '../../../test/simulators/samples.ts'
import type { Seen } from '../../../test/simulators/telegram/index.ts'
import type { Transmission } from '../../../test/simulators/whatsapp/index.ts'
import type { Shown } from '../../../test/simulators/whatsapp/phone-view.ts'
import { describeSeen } from '../show.ts'
import type { Chat } from './chat.ts'

/** What a person reads in a chat: a line for each message, by its id. */
export type View = ReadonlyMap<string, string>

/** What the bridge has put into the Telegram chat, as it stands there now. */
export const inTelegram = ({ place }: Chat): View => {
  const all = place.transcript()
  const ofBridge = all.filter(({ from }) => from.isBot)
  return new Map(
    ofBridge.map(seen => {
      const answered = all.find(({ id }) => id === seen.replyTo)
      const pinned = place.state.pinned.includes(seen.id)
      const line = words(describeSeen(seen, answered).what, pointOf(seen), marksOf(seen), pinned && '📌')
      return [String(seen.id), line]
    }),
  )
}

const pointOf = ({ kind, location }: Seen): string | false => {
  if (kind !== 'location' || location === undefined) return false
  return `${location.latitude}, ${location.longitude}${'live_period' in location ? ' (live)' : ''}`
}

const marksOf = ({ entities, mediaGroup, edited, reactions, buttons }: Seen): string => {
  const styles = [...new Set(entities.map(({ type }) => type))]
  return words(
    styles.length > 0 && `{${styles.join(', ')}}`,
    mediaGroup !== undefined && '(of an album)',
    edited && '(edited)',
    buttons.map(row => row.map(button => `[${button}]`).join(' ')).join(' '),
    ...reactions.map(({ emoji }) => `‹${emoji}›`),
  )
}

/** What phones show of the WhatsApp chat. */
export const inWhatsApp = ({ lines }: Chat): View => new Map(lines.map(line => [line.id, describeLine(line)]))

const describeLine = (line: Transmission): string => {
  const { message, shown, album, deleted, edited, reactions, votes, pinned } = line
  if (deleted) return '🚫 deleted'
  const chosen = Object.values(votes ?? {}).flat()
  return words(
    describePoll(message) || describeAlbum(message) || (shown && describeShown(shown)) || textOf(message),
    album !== undefined && '(of an album)',
    edited !== undefined && '(edited)',
    chosen.length > 0 && `✓ ${chosen.join(', ')}`,
    ...Object.values(reactions ?? {}).map(emoji => emoji && `‹${emoji}›`),
    pinned && '📌',
  )
}

const describePoll = ({ pollCreationMessageV3: poll }: proto.IMessage): string =>
  poll ? ['📊', poll.name, ...(poll.options ?? []).map(({ optionName }) => `[${optionName}]`)].join(' ') : ''

const describeAlbum = ({ albumMessage: album }: proto.IMessage): string =>
  album ? `album of ${(album.expectedImageCount ?? 0) + (album.expectedVideoCount ?? 0)}` : ''

const describeShown = ({
  kind,
  text,
  file,
  location,
  contacts,
  quote,
  forwarded,
  viewOnce,
}: Shown): string => {
  const facts = [
    file?.name,
    file?.seconds !== undefined && `${file.seconds} s`,
    file?.width !== undefined && `${file.width} × ${file.height}`,
    location && [location.latitude, location.longitude].join(', '),
    location?.name,
    location?.address,
    ...(contacts ?? []).map(({ name, whatsapp }) => words(name, whatsapp && `+${whatsapp}`)),
    text,
  ].filter(Boolean)
  return words(
    quote && `↩ “${quote.text}”`,
    forwarded && '(forwarded)',
    viewOnce && '(view once)',
    [...(kind === 'text' ? [] : [kind]), ...facts].join(' · '),
  )
}

const words = (...parts: readonly unknown[]): string =>
  parts
    .filter(part => typeof part === 'string' && part !== '')
    .join(' ')
    .replaceAll('\n', ' ⏎ ')

/** Every message that is new, reads otherwise than before, or is no longer there. */
export const changesOf = (before: View, after: View): string[] => [
  ...[...after].filter(([id, line]) => before.get(id) !== line).map(([, line]) => line),
  ...[...before].filter(([id]) => !after.has(id)).map(([, line]) => `✗ gone: ${line}`),
]
