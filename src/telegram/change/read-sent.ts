import type { Message } from 'grammy/types'
import type { RichText } from '../../bridge/rich-text.ts'
import { parseEntities } from '../entities.ts'
import { type Desk, type Outcome, outcomeOf } from '../send/repeatable.ts'
import { type ProbeContext, readForEdit } from '../settle/probe.ts'

export const probing = ({ context, place, signal }: Desk): ProbeContext => ({
  api: context.api,
  chatId: place.chatId,
  signal,
})

/**
 * What a message of the bot says now, with a button under it until it is edited; else why it cannot be read. One that takes
 * no button stands in an album (`Kept.words`).
 */
export const readSaid = async (id: string, desk: Desk): Promise<Said | Outcome> => {
  let message: Message | undefined
  const outcome = await outcomeOf(async () => {
    message = await readForEdit(Number(id), probing(desk))
  }, desk)
  if (message === undefined) return outcome === 'done' ? 'refused' : outcome
  const { text, caption, entities, caption_entities } = message
  const words = parseEntities(text ?? caption ?? '', entities ?? caption_entities)
  return { as: text === undefined ? 'caption' : 'text', words }
}

interface Said {
  readonly as: 'text' | 'caption'
  readonly words: RichText
}
