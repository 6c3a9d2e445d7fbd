import type { Message } from 'grammy/types'
import { renderAddress } from './address.ts'
import { placeOfMessage } from './parse.ts'

/** Commands that the bot answers itself; everything else that begins with a slash is a message like any other. */
export type Command = 'start' | 'help' | 'id'

/**
 * The command in a message to the bot. In a group only those addressed to it (`/help@name`) count, and `/id`, which is
 * how a group's id is found out.
 */
export const parseCommand = (message: Message, botName: string): Command | undefined => {
  const found = /^\/(start|help|id)(?:@(\w+))?(?:\s|$)/i.exec(message.text ?? '')
  if (found === null) return undefined
  const [, word = '', name] = found
  if (name !== undefined && name.toLowerCase() !== botName.toLowerCase()) return undefined
  const command = word.toLowerCase() as Command
  return message.chat.type === 'private' || name !== undefined || command === 'id' ? command : undefined
}

/** What the bot says to a command of an owner. */
export const renderCommandAnswer = (command: Command, message: Message): string => {
  const address = renderAddress(placeOfMessage(message))
  const map = `wa2tg map add "NAME OR NUMBER" ${address}`
  if (command === 'id')
    return `This is ${address}. To bring a WhatsApp chat here, type on your computer:\n${map}`
  return [
    'I carry WhatsApp chats to Telegram and your answers back.',
    `To bring a WhatsApp chat here, type on your computer:\n${map}`,
    'For another group or topic, add me there and send /id in it.',
    'What you write in a mapped chat goes to WhatsApp; an answer to a message goes as an answer.',
  ].join('\n\n')
}

/** What a stranger hears in private, once. */
export const renderRefusal = (userId: number): string =>
  `This bot is private. If it is yours, put ${userId} into telegram.owners of its config.`
