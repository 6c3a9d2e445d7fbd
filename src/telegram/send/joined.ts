import type { JoinedContent } from '../../bridge/content.ts'
import { plainText, prefixed, type RichText } from '../../bridge/rich-text.ts'
import { joinRich } from '../entities.ts'
import { trimRich } from '../split.ts'
import { renderExcerpt, renderForwarded, renderSender } from './head.ts'

type Item = JoinedContent['items'][number]

/** What becomes of a text that was deleted: it goes, is struck through, or stays. */
export type Deleted = 'delete' | 'strike' | 'keep'

/**
 * Several texts in one message, each below who said it and when. What one person said within a minute stands under one
 * line.
 */
export const renderJoined = ({ items }: JoinedContent, deleted: Deleted = 'delete'): RichText => {
  const shown = items.filter(item => !item.deleted || deleted !== 'delete')
  const blocks = shown.map((item, index) => {
    const goesOn = index > 0 && shown[index - 1]?.line === item.line
    const gap = index === 0 ? '' : goesOn ? '\n' : '\n\n'
    const sender = goesOn ? plainText('') : renderSender(item.line)
    return joinRich(plainText(gap), sender, renderSaid(item, deleted))
  })
  return joinRich(...blocks)
}

/** What stands below the line that says who speaks. */
export const renderSaid = (item: Item, deleted: Deleted): RichText =>
  joinRich(renderForwarded(item), renderExcerpt(item.excerpt ?? ''), renderBody(item, deleted))

const renderBody = (item: Item, deleted: Deleted): RichText => {
  const body = trimRich(item.body)
  if (!item.deleted || deleted !== 'strike') return body
  const struck = {
    ...body,
    spans: [...body.spans, { start: 0, length: body.text.length, style: 'strike' as const }],
  }
  return prefixed('🗑 ', struck)
}
