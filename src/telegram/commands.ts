import type { Message } from 'grammy/types'
import { renderAddress } from './address.ts'
import { answeredBy } from './parse/change.ts'
import { placeOfMessage } from './parse.ts'

/**
 * Commands that the bot answers itself; everything else that begins with a slash is a message like any other, and so is what
 * is passed on, or begins with such a word and goes on ("/help me with the dishes"), unless it names the bot. `not-alone`:
 * behind `/delete` there are words, so that nobody knows whether it is meant.
 */
export type Command = 'start' | 'help' | 'id' | 'delete' | 'not-alone'

/** The command in an owner's message: `others` when it is for another bot (`/help@other_bot`); undefined when it is none. */
export const parseCommand = (message: Message, botName: string): Command | 'others' | undefined => {
  if (message.forward_origin !== undefined) return undefined
  const [, word = '', name, rest = ''] =
    /^\/(\w+)(?:@(\w{3,32}))?(?:\s+(.*))?$/s.exec(message.text ?? '') ?? []
  if (name !== undefined && name.toLowerCase() !== botName.toLowerCase())
    return isBotName(name) ? 'others' : undefined
  const command = ownCommands.find(each => each === word.toLowerCase())
  if (command === 'delete') return rest === '' ? command : 'not-alone'
  return rest === '' || name !== undefined || isLink(command, rest, message) ? command : undefined
}

/**
 * What Telegram writes where somebody comes by a link to the bot (core.telegram.org/bots/features#deep-linking). In groups it
 * names the bot beside.
 */
const isLink = (command: Command | undefined, rest: string, { chat }: Message): boolean =>
  command === 'start' && chat.type === 'private' && /^[\w-]{1,64}$/.test(rest)

/** Names of bots end like that (core.telegram.org/bots/features#creating-a-new-bot). */
const isBotName = (name: string): boolean => name.toLowerCase().endsWith('bot')

const ownCommands = ['start', 'help', 'id', 'delete'] as const

/** What the bot says to a command of an owner; undefined when it only does something. */
export const renderCommandAnswer = (command: Command, message: Message): string | undefined => {
  if (command === 'delete') {
    return answeredBy(message) ? undefined : 'Answer the message that is to go from WhatsApp with /delete'
  }
  if (command === 'not-alone')
    return 'Nothing was deleted, and nothing was sent: to delete a message in WhatsApp, answer it with /delete alone'
  const address = renderAddress(placeOfMessage(message))
  const map = `wa2tg map add "NAME OR NUMBER" ${address}`
  if (command === 'id')
    return `This is ${address}. To bring a WhatsApp chat here, type on your computer:\n${map}`
  return [
    'I carry WhatsApp chats to Telegram and your answers back.',
    `To bring a WhatsApp chat here, type on your computer:\n${map}`,
    'For another group or topic, add me there and send /id in it.',
    'What you write in a mapped chat goes to WhatsApp; an answer to a message goes as an answer.',
    'To delete a message of yours in WhatsApp as well, answer it with /delete: Telegram does not tell me when you delete one.',
  ].join('\n\n')
}

/** What a stranger hears in private, once. */
export const renderRefusal = (userId: number): string =>
  `This bot is private. If it is yours, put ${userId} into telegram.owners of its config.`
