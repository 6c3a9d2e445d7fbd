import type { RichText, Span } from '../../../bridge/rich-text.ts'
import { reject } from '../../../bridge/verdict.ts'
import { type Marked, renderMarkup } from '../../markup-render.ts'
import { mentionMembers } from '../../mentions.ts'
import type { Part, RenderOptions } from './part.ts'

export const renderText = (body: RichText, options: RenderOptions): Part[] => {
  const { text, mentions } = renderCaption(body, options)
  if (text === '') throw reject('WhatsApp has no empty messages')
  return [{ message: { extendedTextMessage: { text } }, mentions }]
}

/** Text with its marks, under the line that names its sender. */
export const renderCaption = (given: RichText, { senderLine: line, members = [] }: RenderOptions): Marked => {
  const body = mentionMembers(given, members)
  if (line === undefined || line === '') return renderMarkup(body)
  const shift = line.length + 1
  const bold: Span = { start: 0, length: line.length, style: 'bold' }
  return renderMarkup({
    text: `${line}\n${body.text}`,
    spans: [bold, ...body.spans.map(span => ({ ...span, start: span.start + shift }))],
  })
}
