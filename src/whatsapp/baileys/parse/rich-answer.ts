import type { proto } from '@whiskeysockets/baileys'
import type { Content } from '../../../bridge/event.ts'
import type { RichText } from '../../../bridge/rich-text.ts'
import type { ParseContext } from './context.ts'
import { bold, few, linesOf, webUrl } from './lines.ts'
import type { Field } from './said.ts'
import { textOf } from './text.ts'

type Part = proto.IAIRichResponseSubMessage

/** An answer of Meta AI: texts, code, tables and pictures, one after the other. */
export const readRichAnswer = (
  { submessages }: Field<'richResponseMessage'>,
  context: ParseContext,
): Content => {
  const body = linesOf(...few(submessages).map(part => renderPart(part, context)))
  return body.text === ''
    ? { kind: 'placeholder', label: 'An answer of Meta AI; see it on the phone' }
    : { kind: 'text', body }
}

const renderPart = (part: Part, context: ParseContext): RichText | string | undefined => {
  const { messageText, codeMetadata: code, tableMetadata: table, contentItemsMetadata: reels } = part
  if (code) return fenced((code.codeBlocks ?? []).map(({ codeContent }) => codeContent ?? '').join(''), code)
  if (table) {
    const rows = (table.rows ?? []).map(({ items }) => (items ?? []).join(' | '))
    return linesOf(bold(table.title), fenced(rows.join('\n')))
  }
  const images = [part.imageMetadata?.imageUrl, ...(part.gridImageMetadata?.imageUrls ?? [])]
  return linesOf(
    textOf(messageText ?? '', undefined, context),
    part.imageMetadata?.imageText,
    ...images.map(image => webUrl(image?.imageHighResUrl ?? image?.imagePreviewUrl)),
    part.latexMetadata?.text,
    ...(reels?.itemsMetadata ?? []).map(({ reelItem }) =>
      [reelItem?.title, webUrl(reelItem?.videoUrl)].filter(Boolean).join(' '),
    ),
  )
}

const fenced = (text: string, { codeLanguage }: proto.IAIRichResponseCodeMetadata = {}): RichText => ({
  text,
  spans: [{ start: 0, length: text.length, style: 'pre', ...(codeLanguage && { language: codeLanguage }) }],
})
