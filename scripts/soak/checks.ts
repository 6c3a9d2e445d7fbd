import type { World } from '../../test/simulators/world.ts'
import { sha256 } from './files.ts'
import type { Room, Said, Side } from './said.ts'
import { type InTelegram, openReactions, readTelegram, saysInWords } from './views/in-telegram.ts'
import { type OnWhatsApp, openFinder, readWhatsApp } from './views/on-whatsapp.ts'

/** What is looked at beside the message itself: its file, what it points at, and what became of it since. */
export const sorts = ['file', 'answer', 'edited', 'deleted', 'reaction'] as const
export type Sort = (typeof sorts)[number]

export interface Check {
  readonly sort: Sort
  readonly word: string
  readonly wanted: string
  readonly found: string
}

/** What both sides have in common. */
interface Arrived {
  readonly version: number
  readonly sha256: string
  /** The message that it points at; undefined where it says in words what it answers. */
  readonly pointsAt: string | undefined
}

/** Looks at everything in a chat that is to be seen on one side. What is lost is not looked at again. */
export const checkRoom = (room: Room, to: Side, world: World): Check[] => {
  const arrived = to === 'telegram' ? arrivedInTelegram(room) : arrivedOnWhatsApp(room, world)
  const placeOf = to === 'telegram' ? placesInTelegram(room) : placesOnWhatsApp(room, world)
  return [
    ...room.said
      .filter(said => said.to === to)
      .flatMap(said => checkMessage(said, arrived.get(said.word), placeOf)),
    ...(to === 'telegram' ? reactionsToTelegram(room) : reactionsToWhatsApp(room, world)),
  ]
}

const checkMessage = (
  said: Said,
  arrived: Arrived | undefined,
  placeOf: (said: Said) => string | undefined,
): Check[] => {
  const { word, deleted, version, answers } = said
  if (deleted) return [{ sort: 'deleted', word, wanted: 'gone', found: arrived ? 'there' : 'gone' }]
  if (arrived === undefined) return []
  const place = answers && !answers.deleted ? placeOf(answers) : undefined
  return [
    ...(said.sha256 === undefined
      ? []
      : [{ sort: 'file' as const, word, wanted: said.sha256, found: arrived.sha256 }]),
    ...(version === 0
      ? []
      : [{ sort: 'edited' as const, word, wanted: `${version}`, found: `${arrived.version}` }]),
    ...(place === undefined
      ? []
      : [{ sort: 'answer' as const, word, wanted: place, found: arrived.pointsAt ?? place }]),
  ]
}

const arrivedInTelegram = (room: Room): Map<string, Arrived> =>
  new Map(
    readTelegram(room).map(({ word, version, message, isTogether }) => [
      word,
      {
        version,
        sha256: message.file?.sha256 ?? '',
        pointsAt: isTogether || saysInWords(message) ? undefined : String(message.replyTo ?? ''),
      },
    ]),
  )

const arrivedOnWhatsApp = (room: Room, world: World): Map<string, Arrived> =>
  new Map(
    readWhatsApp(room, world).map(({ word, version, line: { shown } }) => [
      word,
      {
        version,
        sha256: shown?.file === undefined ? '' : sha256(shown.file.bytes),
        pointsAt: shown?.quote?.id ?? '',
      },
    ]),
  )

const placesInTelegram = (room: Room) => {
  const messages = byWord(readTelegram(room))
  return ({ to, id, word }: Said): string | undefined => {
    const found = messages.get(word)
    return to === 'whatsapp' ? id : found && String(found.message.id)
  }
}

const placesOnWhatsApp = (room: Room, world: World) => {
  const lines = byWord(readWhatsApp(room, world))
  return ({ to, id, word }: Said): string | undefined => (to === 'telegram' ? id : lines.get(word)?.line.id)
}

const byWord = <T extends InTelegram | OnWhatsApp>(all: readonly T[]): Map<string, T> =>
  new Map(all.map(each => [each.word, each]))

const reactionsToTelegram = (room: Room): Check[] => {
  const messages = byWord(readTelegram(room))
  const reactionsTo = openReactions(room)
  return room.said.flatMap(({ word, to, id, reactions: { telegram: wanted }, deleted }) => {
    const at = to === 'whatsapp' ? Number(id) : messages.get(word)?.message.id
    if (wanted === undefined || deleted || at === undefined) return []
    return [{ sort: 'reaction', word, wanted, found: reactionsTo(at, word).join(' ') }]
  })
}

const reactionsToWhatsApp = (room: Room, world: World): Check[] => {
  const find = openFinder(room, world)
  return room.said.flatMap(said => {
    const { word, reactions, deleted } = said
    const { whatsapp: wanted } = reactions
    const line = wanted === undefined || deleted ? undefined : find(said)
    if (wanted === undefined || line === undefined) return []
    return [{ sort: 'reaction', word, wanted, found: line.reactions?.[world.wa.account.lid] ?? '' }]
  })
}
