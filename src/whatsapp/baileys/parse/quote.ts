import type { proto } from '@whiskeysockets/baileys'
import { chatRef } from '../../../bridge/chat-ref.ts'
import { mediaNames } from '../../../bridge/content.ts'
import type { Content, Reply } from '../../../bridge/event.ts'
import { canonical } from './context.ts'
import { textIn } from './labels.ts'
import type { Scene } from './said.ts'

/** The message that one answers, by what its context info quotes. */
export const quoteIn = (info: proto.IContextInfo | undefined, scene: Scene): Reply | undefined => {
  if (!info?.stanzaId) return undefined
  const person = canonical(info.participant, undefined, scene)
  const excerpt = info.quotedMessage == null ? undefined : excerptOf(info.quotedMessage, scene)
  return {
    id: info.stanzaId,
    ...(person !== undefined && { person: chatRef('whatsapp', person.address) }),
    ...(excerpt !== undefined && { excerpt }),
  }
}

const EXCERPT = 200
const WORDS: Readonly<Record<string, string>> = {
  ...mediaNames,
  location: 'Location',
  contacts: 'Contact',
  album: 'Album',
}

/** A few words of a quoted message, for when it was never bridged. */
const excerptOf = (quoted: proto.IMessage, scene: Scene): string | undefined => {
  const { message } = scene.peel(quoted)
  const text = textIn(message)
  if (text !== undefined) return cut(text)
  const said = scene.say(message)
  return 'content' in said ? cut(wordsFor(said.content)) : undefined
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
