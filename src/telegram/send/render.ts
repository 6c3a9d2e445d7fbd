import type { ContentOf } from '../../bridge/content.ts'
import type { Content } from '../../bridge/event.ts'
import type { Outline } from '../../bridge/network.ts'
import { plainText, type RichText } from '../../bridge/rich-text.ts'
import { joinRich, sliceRich } from '../entities.ts'
import { renderAlbum } from './album.ts'
import { renderCard } from './card.ts'
import { renderContacts } from './contacts.ts'
import { renderHead } from './head.ts'
import { renderJoined } from './joined.ts'
import { styled } from './line.ts'
import { renderMedia, withHead } from './media.ts'
import { nameOwner } from './owner.ts'
import type { Part, RenderOptions } from './part.ts'
import { renderLocation } from './places.ts'
import { above, renderText, textPart } from './text.ts'
import { renderVotable } from './votable.ts'

/**
 * The messages that one delivery is made of, in order. A pure function of the event, so that an attempt cut off in the
 * middle goes on with the right part and a lost one can be recognised.
 */
export const renderParts = (delivery: Outline, options: RenderOptions): Part[] => {
  const content = nameOwner(delivery.event.content, options)
  // Of an album that is announced, and no more.
  if (content.kind === 'album' && content.items.length === 0) return []
  const [first = blank, ...rest] = renderContent(content, renderHead(delivery), options)
  return [{ ...first, answers: 'target' }, ...rest]
}

/** For what has nothing that Telegram would show. */
const blank = textPart(styled('Blank message', 'italic'))

const renderContent = (content: Content, head: RichText, options: RenderOptions): Part[] => {
  switch (content.kind) {
    case 'text':
      return renderWords(content, head)
    case 'media':
      return renderMedia(content, head, options)
    case 'album':
      return renderAlbum(content, head, options)
    case 'location':
      return [...withHead(head, renderText), ...renderLocation(content)]
    case 'contacts':
      return renderContacts(content.contacts, head)
    case 'poll':
    case 'appointment': {
      const { words, markup } = renderVotable(content, { votes: [], isOver: false })
      return withHead(head, line => renderText(above(line, words), { ...(markup && { markup }) }))
    }
    case 'card':
      return renderCard(content, head, options)
    case 'joined':
      return renderText(renderJoined(content))
    case 'placeholder':
      return withHead(head, line => renderText(above(line, styled(content.label, 'italic'))))
    case 'notice':
      return withHead(head, line => renderText(above(line, plainText(content.text))))
    default:
      return content satisfies never
  }
}

/** What of them is the bridge's own stands above what its sender said, as the head does. */
const renderWords = ({ body, own = 0, previewUrl }: ContentOf<'text'>, head: RichText): Part[] => {
  const end = plainText(own > 0 ? '\n' : '')
  const first = joinRich(head, sliceRich(body, 0, own), end)
  return withHead(first, () => renderText(above(head, body), { previewUrl }))
}
