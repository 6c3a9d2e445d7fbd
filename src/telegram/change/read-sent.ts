import type { Message } from 'grammy/types'
import { type Desk, type Outcome, outcomeOf } from '../send/repeatable.ts'
import { type ProbeContext, readForEdit } from '../settle/probe.ts'

export const probing = ({ context, place, signal }: Desk): ProbeContext => ({
  api: context.api,
  chatId: place.chatId,
  signal,
})

/** A message of the bot as it is now, with a button under it until it is edited; else why it cannot be read. */
export const readSent = async (id: string, desk: Desk): Promise<Message | Outcome> => {
  let message: Message | undefined
  const outcome = await outcomeOf(async () => {
    message = await readForEdit(Number(id), probing(desk))
  }, desk)
  return message ?? outcome
}
