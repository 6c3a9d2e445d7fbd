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

/** What an administrator hears who writes in the name of the group: nobody can tell which one that is. */
export const whyNameless =
  'I cannot tell which administrator writes in the name of the group. Write in your own name'
