import { randomInt } from 'node:crypto'
import { newFile, sha256 } from '../files.ts'
import { note, type Room, type Said, textOf } from '../said.ts'
import type { Stage } from '../stage.ts'
import { readTelegram } from '../views/in-telegram.ts'
import { openFinder } from '../views/on-whatsapp.ts'
import { type Act, type Acts, nextEmoji, recall } from './index.ts'

/**
 * The number of Telegram's message that shows it alone: of several in one, nobody could tell which is meant. What the owner wrote
 * counts once it can be read in WhatsApp: a change of what the simulated phones still ask for is lost on them.
 */
const openAlone = (room: Room, { world }: Stage): ((said: Said) => number | undefined) => {
  const onWhatsApp = openFinder(room, world)
  const alone = new Map(
    readTelegram(room).flatMap(({ word, isTogether, message }) => (isTogether ? [] : [[word, message.id]])),
  )
  return said => {
    if (said.to === 'telegram') return alone.get(said.word)
    return onWhatsApp(said) === undefined ? undefined : Number(said.id)
  }
}

const send = (room: Room, { world: { owner } }: Stage, said: Said, more = {}): void => {
  said.id = String(owner.sends(room.place, { text: textOf(said), ...more }).message_id)
}

const text: Act = (room, stage) => {
  send(room, stage, note(room, { to: 'whatsapp', by: 'me' }))
  return true
}

const answer: Act = (room, stage) => {
  const find = openAlone(room, stage)
  const answers = recall(room, said => find(said) !== undefined)
  if (answers === undefined) return false
  const said = note(room, { to: 'whatsapp', by: 'me', answers })
  send(room, stage, said, { reply_to: find(answers) })
  return true
}

const file =
  (kind: 'photo' | 'document', album?: string): Act =>
  (room, { world: { owner } }) => {
    const bytes = newFile(kind)
    const more = { kind, sha256: sha256(bytes), ...(album !== undefined && { album }) }
    const said = note(room, { to: 'whatsapp', by: 'me', ...more })
    const sent = owner.sends(room.place, {
      [kind]: { bytes, name: kind === 'photo' ? 'photo.jpg' : 'list.pdf' },
      caption: textOf(said),
      ...(album !== undefined && { media_group_id: album }),
    })
    said.id = String(sent.message_id)
    return true
  }

const album: Act = (room, stage) => {
  const name = `${room.name}${room.said.length}`
  for (let left = randomInt(2, 4); left > 0; left -= 1) void file('photo', name)(room, stage)
  return true
}

const edit: Act = (room, stage) => {
  const { owner } = stage.world
  const find = openAlone(room, stage)
  const said = recall(
    room,
    each => each.to === 'whatsapp' && each.kind === 'text' && find(each) !== undefined,
  )
  if (said === undefined) return false
  said.version += 1
  owner.edits(room.place, Number(said.id), textOf(said))
  return true
}

const deletion: Act = (room, stage) => {
  const { owner } = stage.world
  const find = openAlone(room, stage)
  const said = recall(room, each => each.to === 'whatsapp' && !each.touched && find(each) !== undefined)
  if (said === undefined) return false
  said.deleted = true
  owner.sends(room.place, { text: '/delete', reply_to: Number(said.id) })
  return true
}

const reaction: Act = (room, stage) => {
  const { owner } = stage.world
  const find = openAlone(room, stage)
  const said = recall(room, each => find(each) !== undefined)
  const id = said && find(said)
  if (said === undefined || id === undefined) return false
  said.touched = true
  said.reactions.whatsapp = nextEmoji(said.reactions.whatsapp)
  owner.reacts(room.place, id, said.reactions.whatsapp || [])
  return true
}

export const fromTelegram: Acts = {
  text: [42, text],
  answer: [14, answer],
  photo: [6, file('photo')],
  document: [6, file('document')],
  album: [3, album],
  edit: [11, edit],
  deletion: [5, deletion],
  reaction: [13, reaction],
}
