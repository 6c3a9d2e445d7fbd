import { randomInt } from 'node:crypto'
import type { proto } from '@whiskeysockets/baileys'
import { samples } from '../../../test/simulators/samples.ts'
import type { Contact } from '../../../test/simulators/whatsapp/index.ts'
import { newFile, sha256 } from '../files.ts'
import { note, type Room, textOf } from '../said.ts'
import type { Stage } from '../stage.ts'
import { openFinder } from '../views/on-whatsapp.ts'
import { type Act, type Acts, emoji, nextEmoji, recall } from './index.ts'

/** Of so many messages one is typed by the owner, on the phone. */
const ownEvery = 8

const oneOf = ({ people }: Room): Contact => {
  const found = people[randomInt(people.length)]
  if (found === undefined) throw new Error('There is nobody in this chat')
  return found
}

const somebody = (room: Room): Contact | 'me' => (randomInt(ownEvery) === 0 ? 'me' : oneOf(room))

const toRoom = ({ group }: Room) => ({ ...(group && { to: group }) })

/** The phone of somebody, in this chat. */
const phoneOf = (by: Contact | 'me', room: Room, { world: { wa } }: Stage) => {
  const chat = room.group ?? oneOf(room)
  return by === 'me'
    ? { acts: wa.phone.acts(chat), send: (message: proto.IMessage) => wa.phone.send(chat, message) }
    : { acts: by.acts, send: (message: proto.IMessage) => by.send(message, toRoom(room)) }
}

const text: Act = async (room, stage) => {
  const said = note(room, { to: 'telegram', by: somebody(room) })
  said.id = await phoneOf(said.by, room, stage).send(samples.text(textOf(said)))
  return true
}

const answer: Act = async (room, stage) => {
  const { wa } = stage.world
  const find = openFinder(room, stage.world)
  const answers = recall(room, said => find(said) !== undefined)
  const line = answers && find(answers)
  if (answers === undefined || line === undefined) return false
  const who = answers.by === 'me' ? wa.account : answers.by
  const to = { id: line.id, author: room.group?.addressOf(who) ?? who.lid, text: textOf(answers) }
  const said = note(room, { to: 'telegram', by: somebody(room), answers })
  said.id = await phoneOf(said.by, room, stage).send(samples.reply(textOf(said), to))
  return true
}

const file =
  (kind: 'photo' | 'document'): Act =>
  async (room, stage) => {
    const bytes = newFile(kind)
    const said = note(room, { to: 'telegram', by: somebody(room), kind, sha256: sha256(bytes) })
    const message = await fileMessage(bytes, { kind, caption: textOf(said), stage })
    said.id = await phoneOf(said.by, room, stage).send(message)
    return true
  }

const album: Act = async (room, stage) => {
  const by = somebody(room)
  const name = `album ${room.said.length}`
  const items = Array.from({ length: randomInt(2, 4) }, () => {
    const bytes = newFile('photo')
    const said = note(room, { to: 'telegram', by, kind: 'photo', sha256: sha256(bytes), album: name })
    return { bytes, said }
  })
  const messages = await Promise.all(
    items.map(({ bytes, said }) => fileMessage(bytes, { kind: 'photo', caption: textOf(said), stage })),
  )
  const { items: ids } = await phoneOf(by, room, stage).acts.album(messages, toRoom(room))
  for (const [index, { said }] of items.entries()) said.id = ids[index] ?? ''
  return true
}

const fileMessage = async (
  bytes: Buffer,
  { kind, caption, stage }: { kind: 'photo' | 'document'; caption: string; stage: Stage },
): Promise<proto.IMessage> => {
  const { media } = stage.world.wa
  const stored = await media.put(bytes, kind === 'photo' ? 'image' : 'document')
  const fault = stage.downloadFaults.shift()
  if (fault) media.fault(stored, fault, 1)
  return kind === 'photo'
    ? { imageMessage: { ...stored, mimetype: 'image/jpeg', caption, width: 640, height: 480 } }
    : { documentMessage: { ...stored, mimetype: 'application/pdf', fileName: 'list.pdf', caption } }
}

const edit: Act = async (room, stage) => {
  const said = recall(room, ({ to, kind }) => to === 'telegram' && kind === 'text')
  if (said === undefined) return false
  said.version += 1
  const options = { ...toRoom(room), sealed: randomInt(2) === 0 }
  await phoneOf(said.by, room, stage).acts.edit(said.id, textOf(said), options)
  return true
}

const deletion: Act = async (room, stage) => {
  const said = recall(room, ({ to, touched }) => to === 'telegram' && !touched)
  if (said === undefined) return false
  said.deleted = true
  await phoneOf(said.by, room, stage).acts.revoke(said.id, toRoom(room))
  return true
}

const reaction: Act = async (room, stage) => {
  const find = openFinder(room, stage.world)
  const said = recall(room, each => find(each) !== undefined)
  const line = said && find(said)
  if (said === undefined || line === undefined) return false
  said.touched = true
  said.reacting ??= oneOf(room)
  // One of them is none that bots may set.
  said.reactions.telegram = nextEmoji(said.reactions.telegram, [...emoji, '🛶'])
  await said.reacting.acts.react(line.id, said.reactions.telegram, toRoom(room))
  return true
}

export const fromWhatsApp: Acts = {
  text: [44, text],
  answer: [12, answer],
  photo: [6, file('photo')],
  document: [6, file('document')],
  album: [3, album],
  edit: [11, edit],
  deletion: [5, deletion],
  reaction: [13, reaction],
}
