import type { proto } from '@whiskeysockets/baileys'
import type { Transmission } from './world.ts'

const MEDIA_ALBUM = 1

/**
 * The album that a message is an item of, by id: its announcement must have come before, in the same chat, by the same
 * account, and expect one more of that kind. Throws where a phone would show the item by itself.
 */
export function albumOf(
  message: proto.IMessage,
  { chat, lines }: { chat: string; lines: readonly Transmission[] },
): string | undefined {
  const { albumMessage } = message
  if (albumMessage) {
    const count = (albumMessage.expectedImageCount ?? 0) + (albumMessage.expectedVideoCount ?? 0)
    if (count < 2) throw new Error(`an album of ${count} is none`)
  }
  const association = message.messageContextInfo?.messageAssociation
  if (!association) return undefined
  if (association.associationType !== MEDIA_ALBUM)
    throw new Error('it is associated with nothing that phones know')
  const { remoteJid, fromMe, id } = association.parentMessageKey ?? {}
  if (remoteJid !== chat || !fromMe) throw new Error('its album is of another chat or account')
  const album = lines.find(line => line.id === id)?.message.albumMessage
  if (!album || !id) throw new Error(`there is no album "${id}"`)
  const field = message.imageMessage ? 'imageMessage' : message.videoMessage ? 'videoMessage' : undefined
  if (!field) throw new Error('only photos and films are items of albums')
  const expected = field === 'imageMessage' ? album.expectedImageCount : album.expectedVideoCount
  const there = lines.filter(line => line.album === id && line.message[field]).length
  if (there >= (expected ?? 0)) throw new Error(`the album expects no more than ${expected} of its kind`)
  return id
}
