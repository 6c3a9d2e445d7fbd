import { chatRef } from '../../bridge/chat-ref.ts'
import type { Content } from '../../bridge/event.ts'
import type { RichText } from '../../bridge/rich-text.ts'
import type { RenderOptions } from './part.ts'

/** Where the owner is mentioned, their Telegram account is meant: Telegram then tells them. */
export const nameOwner = (content: Content, { owner }: Pick<RenderOptions, 'owner'>): Content => {
  if (owner === undefined) return content
  const person = chatRef('telegram', String(owner))
  const name = (rich: RichText): RichText => ({
    ...rich,
    spans: rich.spans.map(span => (span.style === 'mention' && span.me ? { ...span, person } : span)),
  })
  switch (content.kind) {
    case 'text':
      return { ...content, body: name(content.body) }
    case 'media':
      return { ...content, caption: name(content.caption) }
    case 'album':
      return { ...content, items: content.items.map(item => ({ ...item, caption: name(item.caption) })) }
    case 'joined':
      return { ...content, items: content.items.map(item => ({ ...item, body: name(item.body) })) }
    case 'card':
      return { ...content, body: name(content.body) }
    case 'appointment':
      return content.description ? { ...content, description: name(content.description) } : content
    default:
      return content
  }
}
