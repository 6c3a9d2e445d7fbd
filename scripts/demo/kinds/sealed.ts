import { createCipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { proto } from '@whiskeysockets/baileys'
import type { Contact } from '../../../test/simulators/whatsapp/index.ts'
import type { Chat } from './chat.ts'

/** Votes and answers are sealed by phones with the secret of the message that they are about. */
interface About {
  readonly id: string
  readonly secret: Uint8Array
  /** Default: the person of the chat. */
  readonly author?: Contact | 'me'
  readonly by?: Contact
}

/** Chooses options of a poll. */
export const vote = (chat: Chat, options: readonly string[], about: About): Promise<string> => {
  const selectedOptions = options.map(option => createHash('sha256').update(option).digest())
  const plain = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish()
  const pollUpdateMessage = {
    pollCreationMessageKey: chat.key(about.id, about),
    vote: seal(plain, 'Poll Vote', { chat, about }),
    senderTimestampMs: Date.now(),
  }
  return chat.says({ pollUpdateMessage }, about.by ? { by: about.by } : {})
}

/** Says that one comes to an appointment. */
export const accept = (chat: Chat, about: About): Promise<string> => {
  const { GOING } = proto.Message.EventResponseMessage.EventResponseType
  const plain = proto.Message.EventResponseMessage.encode({
    response: GOING,
    timestampMs: Date.now(),
  }).finish()
  const encEventResponseMessage = {
    eventCreationMessageKey: chat.key(about.id, about),
    ...seal(plain, 'Event Response', { chat, about }),
  }
  return chat.says({ encEventResponseMessage }, about.by ? { by: about.by } : {})
}

const seal = (plain: Uint8Array, purpose: string, { chat, about }: { chat: Chat; about: About }) => {
  const { id, secret, author = chat.person, by = chat.person } = about
  const writer = author === 'me' ? chat.world.wa.account.lid : author.lid
  const key = hkdfSync('sha256', secret, '', `${id}${writer}${by.lid}${purpose}`, 32)
  const encIv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key), encIv)
  cipher.setAAD(Buffer.from(`${id}\0${by.lid}`))
  return { encPayload: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]), encIv }
}
