import type { Message } from 'grammy/types'
import type { Arrival } from '../../bridge/network.ts'
import { headOf } from '../parse.ts'

/** A message that is not carried, as the event that says so under it where its chat is mapped. */
export const refuse = (message: Message, label: string, why?: string): Arrival => ({
  event: {
    ...headOf(message),
    kind: 'message',
    content: { kind: 'placeholder', label, ...(why !== undefined && { why }) },
  },
})

/** What somebody hears who writes in the name of a group or channel: nobody can tell who that is. */
export const whyNameless = (message: Message): string =>
  message.sender_chat?.id === message.chat.id
    ? 'I cannot tell which administrator writes in the name of the group. Write in your own name'
    : 'I cannot tell who writes in the name of a channel. Write in your own name'
