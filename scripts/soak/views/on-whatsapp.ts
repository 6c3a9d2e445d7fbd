import type { Transmission } from '../../../test/simulators/whatsapp/index.ts'
import type { World } from '../../../test/simulators/world.ts'
import { type Room, readWords, type Said } from '../said.ts'

/** One message of the bridge as it stands on the phones of a chat. */
export interface OnWhatsApp {
  readonly word: string
  readonly version: number
  readonly line: Transmission
}

/** Everything that stands there, in its order, whoever said it. */
const linesOf = (room: Room, { wa }: World): Transmission[] => {
  const jid = room.group?.jid ?? room.people[0]?.lid
  return wa.transcript.filter(({ chat, deleted }) => chat === jid && !deleted)
}

/** What all members of a chat, and the owner on the phone, can read of what the owner has said in Telegram. */
export const readWhatsApp = (room: Room, world: World): OnWhatsApp[] => {
  const phones = [...room.people, world.wa.phone]
  const inboxes = phones.map(({ inbox }) => new Set(inbox.map(({ id }) => id)))
  return linesOf(room, world)
    .filter(({ from, id }) => from === 'bridge' && inboxes.every(inbox => inbox.has(id)))
    .flatMap(line => readWords(line.shown?.text ?? '').map(each => ({ ...each, line })))
}

/** Where a message stands there; undefined where it does not, or not yet. The chat is read once, for all of them. */
export const openFinder = (room: Room, world: World): ((said: Said) => Transmission | undefined) => {
  const lines = linesOf(room, world)
  const byId = new Map(lines.map(line => [line.id, line]))
  const byWord = new Map(
    lines
      .filter(({ from }) => from === 'bridge')
      .flatMap(line => readWords(line.shown?.text ?? '').map(({ word }) => [word, line] as const)),
  )
  return ({ to, id, word }) => (to === 'telegram' ? byId.get(id) : byWord.get(word))
}
