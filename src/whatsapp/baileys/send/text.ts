import { prefixed, type RichText } from '../../../bridge/rich-text.ts'
import { reject } from '../../../bridge/verdict.ts'
import { type Marked, renderMarkup } from '../../markup-render.ts'
import { mentionMembers } from '../../mentions.ts'
import type { Part, RenderOptions } from './part.ts'

export const renderText = (body: RichText, options: RenderOptions, previewUrl?: string): Part[] => {
  const { text, mentions } = renderCaption(body, options)
  if (text === '') throw reject('WhatsApp has no empty messages')
  const previewOf = previewUrl === undefined ? undefined : findLink(text, previewUrl)
  return [
    {
      message: { extendedTextMessage: { text } },
      mentions,
      ...(previewOf !== undefined && { previewOf }),
    },
  ]
}

/** A link in the words in which it stands in the text; phones show no preview of what does not stand there. */
const findLink = (text: string, url: string): string | undefined =>
  [url, url.replace(/\/$/, ''), url.replace(/^https?:\/\//i, ''), url.replace(/^https?:\/\/|\/$/gi, '')].find(
    words => words !== '' && text.includes(words),
  )

/** Text with its marks, under the line that names its sender. */
export const renderCaption = (given: RichText, { senderLine: line, members = [] }: RenderOptions): Marked => {
  const body = mentionMembers(given, members)
  if (line === undefined || line === '') return renderMarkup(body)
  const { text, spans } = prefixed(`${line}\n`, body)
  return renderMarkup({ text, spans: [{ start: 0, length: line.length, style: 'bold' }, ...spans] })
}
