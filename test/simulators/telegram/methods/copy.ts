import { findChat, findMessage } from '../access.ts'
import { badRequest } from '../errors.ts'
import type { Query } from '../query.ts'
import { parseCaption } from '../text.ts'
import type { Entry, RawMessage } from '../types.ts'
import type { World } from '../world.ts'
import { send } from './send.ts'
import { captionFields } from './text.ts'

const own = new Set(
  'message_id from sender_chat chat date message_thread_id is_topic_message reply_to_message external_reply quote edit_date reply_markup media_group_id forward_origin'.split(
    ' ',
  ),
)

function contentOf({ message, service }: Entry, what: string): Record<string, unknown> {
  if (service) throw badRequest(`the message can't be ${what}`)
  return Object.fromEntries(Object.entries(message).filter(([name]) => !own.has(name)))
}

export function copyMessage(world: World, query: Query): { message_id: number } {
  const sent = send(world, query, () => {
    const caption = query.args.has('caption') ? query.formatted('caption', 'caption_entities') : undefined
    const entry = findSource(world, query, 'message to copy')
    return {
      kind: 'text messages',
      finish: () => {
        const { caption: _, caption_entities: __, ...rest } = contentOf(entry, 'copied')
        const fields =
          caption === undefined
            ? contentOf(entry, 'copied')
            : { ...rest, ...captionFields(parseCaption(caption)) }
        return { fields, ...(entry.fileId !== undefined && { fileId: entry.fileId }) }
      },
    }
  })
  return { message_id: sent.message_id }
}

export const forwardMessage = (world: World, query: Query): RawMessage =>
  send(world, query, () => {
    const entry = findSource(world, query, 'message to forward')
    const { from, date } = entry.message
    const origin = { type: 'user', sender_user: from, date }
    return {
      kind: 'text messages',
      finish: () => ({
        fields: { forward_origin: origin, ...contentOf(entry, 'forwarded') },
        ...(entry.fileId !== undefined && { fileId: entry.fileId }),
      }),
    }
  })

const findSource = (world: World, query: Query, what: string): Entry =>
  findMessage(world, findChat(world, query.text('from_chat_id'), 'read'), query.integer('message_id'), what)
