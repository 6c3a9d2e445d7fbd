import type { proto } from '@whiskeysockets/baileys'
import type { Content } from '../../../bridge/event.ts'
import { oneLine, type RichText } from '../../../bridge/rich-text.ts'
import { toNumber } from './context.ts'
import { italic, linesOf, webUrl } from './lines.ts'
import type { SaidMessage } from './said.ts'
import type { Unwrapped } from './unwrap.ts'

/** `MessageAssociation.AssociationType`. */
const MEDIA_ALBUM = 1

/** What wrappers and context add to the content itself. */
export const withSurroundings = (
  said: SaidMessage,
  { viewOnce, groupStatus }: Unwrapped,
  info: proto.IContextInfo | undefined,
): Content => {
  const content = viewOnce ? asViewOnce(said.content) : said.content
  const marked = groupStatus ? withWords(content, words => linesOf(italic('Group status'), words)) : content
  const ad = adLine(info)
  return ad === '' ? marked : withWords(marked, words => linesOf(words, ad))
}

const asViewOnce = (content: Content): Content =>
  content.kind === 'media' ? { ...content, media: { ...content.media, viewOnce: true } } : content

/** Words can stand only with what has some. */
const withWords = (content: Content, change: (words: RichText) => RichText): Content => {
  switch (content.kind) {
    case 'text':
    case 'card':
      return { ...content, body: change(content.body) }
    case 'media':
      return { ...content, caption: change(content.caption) }
    default:
      return content
  }
}

/** The advertisement from which somebody came to write. */
const adLine = (info: proto.IContextInfo | undefined): string => {
  const { title, body, sourceUrl } = info?.externalAdReply ?? {}
  const words = [title || body || info?.quotedAd?.caption, webUrl(sourceUrl)].flatMap(word => word || [])
  return words.length === 0 ? '' : `📢 ${words.map(oneLine).join(' ')}`
}

/** The album that a picture or film belongs to. */
export const albumOf = (
  { content, album }: SaidMessage,
  { messageAssociation: association }: proto.IMessageContextInfo,
): SaidMessage['album'] => {
  const parent = association?.parentMessageKey?.id
  if (!parent || association?.associationType !== MEDIA_ALBUM) return album
  if (content.kind !== 'media' || (content.as !== 'image' && content.as !== 'video')) return undefined
  const { messageIndex: index } = association
  return { id: parent, ...(index != null && { index }) }
}

/** The event whose cover a picture is, the poll to which it belongs, and whatever else a message is a part of. */
export const parentIn = ({
  messageAssociation: association,
}: proto.IMessageContextInfo): { id: string } | undefined => {
  const id = association?.parentMessageKey?.id
  return id && association?.associationType !== MEDIA_ALBUM ? { id } : undefined
}

/** From this score on WhatsApp shows two arrows, "forwarded many times". */
const MANY_HANDS = 5

export const forwardedIn = (
  unwrapped: Unwrapped,
  info: proto.IContextInfo | undefined,
): boolean | 'often' => {
  const score = info?.forwardingScore ?? 0
  return score >= MANY_HANDS ? 'often' : unwrapped.forwarded || info?.isForwarded === true || score > 0
}

/** When a disappearing message is gone, in milliseconds since 1970; `sentAt` is in milliseconds, too. */
export const expiryOf = (info: proto.IContextInfo | undefined, sentAt: number): number | undefined => {
  const seconds = toNumber(info?.expiration) ?? 0
  return seconds > 0 && sentAt > 0 ? sentAt + seconds * 1000 : undefined
}
