import { badRequest } from '../errors.ts'
import type { Query } from '../query.ts'
import { parseMessageText } from '../text.ts'
import type { FormattedText, RawMessage } from '../types.ts'
import type { World } from '../world.ts'
import { send } from './send.ts'

/** Reads `text` and `entities`, refusing an empty text at once. */
export function givenText(query: Query): FormattedText {
  const preview = query.json('link_preview_options', 'link preview options JSON object')
  if (preview !== undefined && (typeof preview !== 'object' || preview === null))
    throw badRequest('Object expected as link preview options')
  if (query.text('text') === '') throw badRequest('Message text is empty')
  return query.formatted('text', 'entities')
}

export const textFields = ({ text, entities }: FormattedText): Record<string, unknown> => ({
  text,
  ...(entities.length > 0 && { entities }),
})

export const captionFields = ({ text, entities }: FormattedText): Record<string, unknown> => ({
  ...(text !== '' && { caption: text }),
  ...(entities.length > 0 && { caption_entities: entities }),
})

export const sendMessage = (world: World, query: Query): RawMessage =>
  send(world, query, () => {
    const given = givenText(query)
    return { kind: 'text messages', finish: () => ({ fields: textFields(parseMessageText(given)) }) }
  })
