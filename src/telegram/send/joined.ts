import type { JoinedContent, JoinedItem } from '../../bridge/content.ts'
import { plainText, prefixed, type RichText } from '../../bridge/rich-text.ts'
import { joinRich } from '../entities.ts'
import { trimRich } from '../split.ts'
import { renderExcerpt, renderForwarded, renderSender } from './head.ts'

/** What becomes in Telegram of what is deleted in WhatsApp: it goes, is struck through, or stays. */
export type Deletions = 'delete' | 'strike' | 'keep'

/** Where one text stands in the whole, in UTF-16 units: with what stands above it, and its own words. */
interface Reach {
  readonly item: JoinedItem
  readonly from: number
  readonly words: number
  readonly to: number
}

/**
 * Several texts in one message, each below who said it and when. What one person said within a minute stands under one
 * line.
 */
export const renderJoined = (content: JoinedContent, deletions: Deletions = 'delete'): RichText =>
  layJoined(content, deletions).whole

/** The same, and where each text that is shown stands in it. */
export const layJoined = (
  { items }: JoinedContent,
  deletions: Deletions,
): { readonly whole: RichText; readonly reaches: readonly Reach[] } => {
  const shown = items.filter(item => !item.deleted || deletions !== 'delete')
  const reaches: Reach[] = []
  const blocks: RichText[] = []
  let end = 0
  for (const [index, item] of shown.entries()) {
    const goesOn = index > 0 && shown[index - 1]?.line === item.line
    const gap = index === 0 ? '' : goesOn ? '\n' : '\n\n'
    const head = joinRich(goesOn ? plainText('') : renderSender(item.line), renderAbove(item))
    const body = renderBody(item, deletions)
    const from = end + gap.length
    const words = from + head.text.length
    end = words + body.text.length
    reaches.push({ item, from, words, to: end })
    blocks.push(plainText(gap), head, body)
  }
  return { whole: joinRich(...blocks), reaches }
}

/** What stands below the line that says who speaks. */
export const renderSaid = (item: JoinedItem, deletions: Deletions): RichText =>
  joinRich(renderAbove(item), renderBody(item, deletions))

const renderAbove = (item: JoinedItem): RichText =>
  joinRich(renderForwarded(item), renderExcerpt(item.excerpt ?? ''))

const renderBody = (item: JoinedItem, deletions: Deletions): RichText => {
  const body = trimRich(item.body)
  if (!item.deleted || deletions !== 'strike') return body
  const struck = {
    ...body,
    spans: [...body.spans, { start: 0, length: body.text.length, style: 'strike' as const }],
  }
  return prefixed('🗑 ', struck)
}
