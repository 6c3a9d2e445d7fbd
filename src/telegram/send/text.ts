import { plainText, type RichText } from '../../bridge/rich-text.ts'
import { joinRich, renderEntities } from '../entities.ts'
import { splitText, trimRich } from '../split.ts'
import type { Part } from './part.ts'

/** A text as one or more messages; none when it is blank. */
export const renderText = (rich: RichText, extra: Readonly<Record<string, unknown>> = {}): Part[] =>
  splitText(rich).map(words => ({
    method: 'sendMessage',
    payload: { text: words.text, entities: renderEntities(words), ...extra },
    look: { kinds: ['text'], words },
  }))

/** The head stands above the body, in the same message; a blank body leaves the head alone. */
export const above = (head: RichText, body: RichText): RichText => {
  const trimmed = trimRich(body)
  if (head.text === '') return trimmed
  return trimmed.text === '' ? head : joinRich(head, plainText(head.text.endsWith('\n') ? '' : '\n'), trimmed)
}
