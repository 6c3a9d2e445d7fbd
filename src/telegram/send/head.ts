import type { MessageEvent } from '../../bridge/event.ts'
import type { Delivery } from '../../bridge/network.ts'
import { oneLine, plainText, type RichText } from '../../bridge/rich-text.ts'
import { joinRich } from '../entities.ts'
import { clip, shortName, styled } from './line.ts'

/** Code points of a sender line: names are other people's text. */
const maxSenderLine = 256
/** Code points of what a message without a link answers. */
const maxExcerpt = 200

/** What stands above the sender's own words: who speaks, that they pass something on, and what they answer. */
export const renderHead = ({
  event,
  senderLine,
  replyTo,
}: Pick<Delivery, 'event' | 'senderLine' | 'replyTo'>): RichText =>
  joinRich(
    renderSender(senderLine),
    renderAgain(event),
    renderForwarded(event),
    renderExcerpt(replyTo === undefined ? (event.replyTo?.excerpt ?? '') : ''),
  )

export const renderSender = (line: string | undefined): RichText => {
  const clean = clip(oneLine(line ?? ''), maxSenderLine)
  return clean === '' ? plainText('') : styled(`${clean}\n`, 'bold', clean.length)
}

export const renderForwarded = ({
  forwarded,
  forwardedFrom,
}: Pick<MessageEvent, 'forwarded' | 'forwardedFrom'>): RichText => {
  if (!forwarded && forwardedFrom === undefined) return plainText('')
  const times = forwarded === 'often' ? ' many times' : ''
  const line = `↪️ Forwarded${times}${forwardedFrom === undefined ? '' : ` from ${shortName(forwardedFrom)}`}`
  return styled(`${line}\n`, 'italic', line.length)
}

const again = '🗄 From a backup; it may have been changed or deleted since'

const renderAgain = (event: Pick<MessageEvent, 'again'>): RichText =>
  event.again ? styled(`${again}\n`, 'italic', again.length) : plainText('')

/** What the message answers, for when that was never carried over and cannot be pointed at. */
export const renderExcerpt = (words: string): RichText => {
  const excerpt = clip(oneLine(words), maxExcerpt)
  return excerpt === '' ? plainText('') : styled(`${excerpt}\n`, 'quote', excerpt.length)
}
