import type { Content, MessageEvent } from '../../bridge/event.ts'
import type { Delivery } from '../../bridge/network.ts'
import { plainText, type RichText } from '../../bridge/rich-text.ts'
import { joinRich, sliceRich } from '../entities.ts'
import { splitText, textLimit } from '../split.ts'
import { renderMedia } from './media.ts'
import type { Part, RenderOptions } from './part.ts'
import { renderContacts, renderLocation } from './places.ts'
import { above, renderText } from './text.ts'

/** Code points of a sender line: names are other people's text. */
const maxSenderLine = 256
/** Code points of what a message without a link answers. */
const maxExcerpt = 200

/**
 * The calls that one delivery is made of, in order. A pure function of the event, so that an attempt cut off in the
 * middle goes on with the right part and a lost one can be recognised.
 */
export const renderParts = (
  { event, senderLine, replyTo }: Pick<Delivery, 'event' | 'senderLine' | 'replyTo'>,
  options: RenderOptions,
): Part[] => {
  const head = joinRich(renderSender(senderLine), renderExcerpt(event, replyTo !== undefined))
  const parts = renderContent(event.content, head, options)
  const [first, ...rest] = parts
  return first === undefined ? [] : [{ ...first, answers: 'target' }, ...rest]
}

const renderContent = (content: Content, head: RichText, options: RenderOptions): Part[] => {
  switch (content.kind) {
    case 'text':
      return renderText(above(head, content.body), linkPreview(content.previewUrl))
    case 'media':
      return renderMedia(content, head, options)
    case 'location':
      return [...renderText(head), ...renderLocation(content)]
    case 'contacts':
      return [...renderText(head), ...renderContacts(content.contacts)]
    case 'placeholder':
      return renderText(above(head, styled(content.label, 'italic')))
    case 'notice':
      return renderText(above(head, plainText(content.text)))
    case 'album':
    case 'poll':
    case 'appointment':
    case 'card':
      return renderText(above(head, styled(content.kind, 'italic')))
    default:
      return content satisfies never
  }
}

const linkPreview = (url: string | undefined): Record<string, unknown> =>
  url === undefined ? {} : { link_preview_options: { url } }

const renderSender = (line: string | undefined): RichText => {
  const clean = clip(oneLine(line ?? ''), maxSenderLine)
  return clean === '' ? plainText('') : styled(`${clean}\n`, 'bold', clean.length)
}

/** What the message answers, for when that was never carried over and cannot be pointed at. */
const renderExcerpt = ({ replyTo }: MessageEvent, linked: boolean): RichText => {
  const excerpt = linked ? '' : clip(oneLine(replyTo?.quote ?? replyTo?.excerpt ?? ''), maxExcerpt)
  return excerpt === '' ? plainText('') : styled(`${excerpt}\n`, 'quote', excerpt.length)
}

/** Other people's words in one harmless line: no breaks, no direction or zero-width controls, joiners of emoji kept. */
const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu, '')
    .trim()

const clip = (text: string, limit: number): string => {
  const [first] = splitText(plainText(text), { firstLimit: Math.min(limit, textLimit) })
  if (first === undefined || first.text === text) return text
  return `${first.text}…`
}

const styled = (text: string, style: 'bold' | 'italic' | 'quote', length = text.length): RichText =>
  sliceRich({ text, spans: [{ start: 0, length, style }] }, 0, text.length)
