import type { WAMessage } from '@whiskeysockets/baileys'
import { chatRef } from '../../../bridge/chat-ref.ts'
import { oneLine } from '../../../bridge/rich-text.ts'
import { isBroadcast, isGroup, normalizeAddress, STATUS } from '../../address.ts'
import { isMe } from '../me.ts'
import { type Addresses, addressesOf, canonical, toNumber } from './context.ts'

/** Who said something where and when; `undefined` when the addresses make no sense. */
export const parseHead = (web: WAMessage, context: Addresses) => {
  const { key } = web
  const { me } = context
  const place = normalizeAddress(key.remoteJid)
  if (place === undefined || !key.id) return undefined
  const many = isGroup(place) || isBroadcast(place)
  // A status of our own comes from the phone without the mark.
  const fromMe = key.fromMe === true || (many && isMe(key.participant, me))
  // To a list of ours: it stands in the chats of those who are on it (`own-list.ts`), and in none of its own.
  if (fromMe && isBroadcast(place) && place !== STATUS) return undefined
  const myself = { address: normalizeAddress(me.lid) ?? normalizeAddress(me.pn) ?? me.pn, aliases: [] }
  // Of a message that we sent on the phone, the alternative address can be our own.
  const alternative = fromMe && isMe(key.remoteJidAlt, me) ? undefined : key.remoteJidAlt
  const author = many ? canonical(key.participant, key.participantAlt ?? alternative, context) : undefined
  const peer = many ? undefined : canonical(place, alternative, context)
  const sender = fromMe ? myself : (author ?? peer ?? { address: place, aliases: [] })
  // A broadcast list of somebody else is how they write to many: for us it is their private chat.
  const chat =
    isBroadcast(place) && place !== STATUS && author !== undefined
      ? author
      : (peer ?? { address: place, aliases: [] })
  const name = web.verifiedBizName || web.pushName
  return {
    event: {
      version: 1 as const,
      kind: 'message' as const,
      chat: chatRef('whatsapp', chat.address),
      id: key.id,
      sender: {
        person: chatRef('whatsapp', sender.address),
        me: fromMe,
        ...(name && { name: oneLine(name) }),
      },
      sentAt: (toNumber(web.messageTimestamp) ?? 0) * 1000,
    },
    more: {
      ...(chat.aliases.length > 0 && { aliases: chat.aliases }),
      ...(sender.aliases.length > 0 && { senderAliases: sender.aliases }),
    },
    /** Every address that the sender is known by. */
    addresses: [
      ...new Set([
        ...addressesOf(sender.address, context),
        ...sender.aliases.map(alias => alias.slice('whatsapp:'.length)),
      ]),
    ],
  }
}
