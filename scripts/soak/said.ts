import type { SimChat, SimTopic } from '../../test/simulators/telegram/index.ts'
import type { Contact, Group } from '../../test/simulators/whatsapp/index.ts'

export type Side = 'telegram' | 'whatsapp'

/** One mapped chat, and all that was said in it. */
export interface Room {
  readonly name: string
  readonly people: readonly Contact[]
  /** The WhatsApp group, where it is one. */
  readonly group?: Group
  readonly chat: SimChat
  /** Where in Telegram it is: the chat itself, or a topic of it. */
  readonly place: SimChat | SimTopic
  /** In the order in which it was said on either side. */
  readonly said: Said[]
}

/** A message, and what its people have made of it since. */
export interface Said {
  /** Stands in its text, and in no other's. */
  readonly word: string
  /** Where it has to arrive. */
  readonly to: Side
  readonly kind: 'text' | 'photo' | 'document'
  /** Where it was said: WhatsApp's id, or the number of Telegram's message; empty until it has one. */
  id: string
  /** `me`: the owner, in Telegram or on the phone. */
  readonly by: Contact | 'me'
  /** Milliseconds since 1970. */
  readonly at: number
  /** Of its file. */
  readonly sha256?: string
  readonly answers?: Said
  readonly album?: string
  /** How often it was edited. */
  version: number
  deleted: boolean
  /** What has to stand there: the emoji that somebody on the other side has set last, empty when it was taken back. */
  readonly reactions: Partial<Record<Side, string>>
  /** Who reacts in WhatsApp: several at once would be a note with names. */
  reacting?: Contact
  /** Somebody has answered it, or reacted: nobody deletes it, since that might come before. */
  touched: boolean
}

export const textOf = ({ word, version }: Pick<Said, 'word' | 'version'>): string => `${word} says ${version}`

/** Every word of a message, and which of its texts stands there. */
export const readWords = (text: string): { readonly word: string; readonly version: number }[] =>
  [...text.matchAll(/\b(r\d+[tw]\d+) says (\d+)/g)].map(([, word = '', version]) => ({
    word,
    version: Number(version),
  }))

/** What somebody says next in a room: noted before it goes, since the bridge may be quicker than this process. */
export const note = (
  room: Room,
  { to, by, ...rest }: Pick<Said, 'to' | 'by'> & Partial<Pick<Said, 'kind' | 'sha256' | 'answers' | 'album'>>,
): Said => {
  const said: Said = {
    word: `${room.name}${to === 'telegram' ? 't' : 'w'}${room.said.length}`,
    to,
    by,
    kind: 'text',
    id: '',
    at: Date.now(),
    version: 0,
    deleted: false,
    reactions: {},
    touched: false,
    ...rest,
  }
  if (said.answers) said.answers.touched = true
  room.said.push(said)
  return said
}
