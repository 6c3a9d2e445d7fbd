import type { proto } from '@whiskeysockets/baileys'
import { chatRef } from '../../../bridge/chat-ref.ts'
import { mediaNames } from '../../../bridge/content.ts'
import type { Content, Reply } from '../../../bridge/event.ts'
import { oneLine } from '../../../bridge/rich-text.ts'
import { isMe } from '../me.ts'
import { canonical, readRaw } from './context.ts'
import { textIn } from './labels.ts'
import type { Scene } from './said.ts'
import { nameOf, textOf } from './text.ts'

/** The message that one answers, by what its context info quotes. */
export const quoteIn = (info: proto.IContextInfo | undefined, scene: Scene): Reply | undefined => {
  if (!info?.stanzaId) return undefined
  const { stanzaId: id, quotedMessage } = info
  const person = canonical(info.participant, undefined, scene)
  const words = quotedMessage == null ? undefined : wordsOf(quotedMessage, scene)
  const speaker = person && (isMe(person.address, scene.me) ? 'You' : oneLine(nameOf(person.address, scene)))
  const quote = quotedMessage == null ? undefined : pickedOut(quotedMessage, { id, scene })
  return {
    id,
    ...(person !== undefined && { person: chatRef('whatsapp', person.address) }),
    ...(words !== undefined && { excerpt: cut(speaker === undefined ? words : `${speaker}: ${words}`) }),
    ...(quote !== undefined && { quote }),
  }
}

/** WhatsApp quotes a message whole; other programs, such as bridges, may quote a part of it. */
const pickedOut = (
  quoted: proto.IMessage,
  { id, scene }: { readonly id: string; readonly scene: Scene },
): string | undefined => {
  const part = textIn(scene.peel(quoted).message)
  const known = part === undefined ? undefined : scene.findMessage({ chat: scene.chat, id })
  if (part === undefined || known?.raw === undefined) return undefined
  const whole = textIn(scene.peel(readRaw(known.raw)).message)
  if (whole === undefined || whole.length <= part.length || part.length > LONGEST_QUOTE) return undefined
  const words = textOf(part, undefined, scene).text
  return textOf(whole, undefined, scene).text.includes(words) ? words : undefined
}

const EXCERPT = 200
/** UTF-16 units: what Telegram picks out at most (core.telegram.org/bots/api#replyparameters). */
const LONGEST_QUOTE = 1024
const WORDS: Readonly<Record<string, string>> = {
  ...mediaNames,
  location: 'Location',
  contacts: 'Contact',
  album: 'Album',
}

/** A few words of a quoted message, for when it was never bridged. */
const wordsOf = (quoted: proto.IMessage, scene: Scene): string | undefined => {
  const { message } = scene.peel(quoted)
  const text = textIn(message)
  if (text !== undefined) return text
  const said = scene.say(message)
  return 'content' in said ? wordsFor(said.content) : undefined
}

const wordsFor = (content: Content): string => {
  switch (content.kind) {
    case 'placeholder':
      return content.label
    case 'poll':
      return `Poll: ${content.question}`
    case 'appointment':
      return `Event: ${content.title}`
    case 'text':
    case 'card':
      return content.body.text
    case 'media':
      return WORDS[content.as] ?? ''
    default:
      return WORDS[content.kind] ?? ''
  }
}

const cut = (text: string): string => {
  const characters = [...text.slice(0, 2 * EXCERPT)]
  return characters.length > EXCERPT ? `${characters.slice(0, EXCERPT - 1).join('')}…` : text
}
