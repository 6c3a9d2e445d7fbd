import { proto, type WAMessage } from '@whiskeysockets/baileys'
import type { MessageRef } from '../../bridge/chat-ref.ts'
import type { BridgeEvent, Content, MessageEvent } from '../../bridge/event.ts'
import type { Arrival } from '../../bridge/network.ts'
import { oneLine, plainText } from '../../bridge/rich-text.ts'
import { normalizeAddress } from '../address.ts'
import { isMe } from './me.ts'
import { pictureSource } from './media/group-picture.ts'
import { albumOf, expiryOf, forwardedIn, parentIn, withSurroundings } from './parse/around.ts'
import { addressesOf, contextInfoOf, type ParseContext, rawOfReceived } from './parse/context.ts'
import { isOfCrowd } from './parse/crowd.ts'
import { type Decision, FIELDS } from './parse/fields.ts'
import { parseHead } from './parse/head.ts'
import { italic } from './parse/lines.ts'
import { quoteIn } from './parse/quote.ts'
import type { Said, SaidMessage, Scene } from './parse/said.ts'
import { labelOfStub, silenceOf } from './parse/stubs.ts'
import { type Unwrapped, unwrap } from './parse/unwrap.ts'

export type { ParseContext } from './parse/context.ts'
export { parseHead } from './parse/head.ts'
export { messagesIn } from './parse/resent.ts'

export interface Parsed {
  readonly arrivals: readonly Arrival[]
  /** Why there is none. */
  readonly ignored?: string
  /** A group whose administrators have to be known before this can be believed; then it is to be parsed anew. */
  readonly asks?: string
  /** A message that has not come yet, without which this cannot be read or applied: it is to be parsed anew then. */
  readonly holds?: MessageRef
}

const UNKNOWN = 'A message of a kind not supported yet; open WhatsApp'

/** One message of WhatsApp as what crosses the bridge; each of those that it hands on (`parse/resent.ts`) by itself. Pure. */
export const parseMessage = (web: WAMessage, context: ParseContext): Parsed => {
  const head = parseHead(web, context)
  if (head === undefined) return { arrivals: [], ignored: 'an address of an unknown form' }
  if (web.message == null) return parseNotice(web, head, context)

  const unwrapped = unwrap(web.message)
  const { chat, sender } = head.event
  const scene: Scene = {
    ...context,
    key: web.key,
    chat,
    sender: { person: sender.person, me: sender.me, addresses: head.addresses },
    info: unwrapped.info,
    say: message => say(message, scene),
    peel: unwrap,
  }
  const said = sayAll(unwrapped, scene)
  const holds = holdsOf(said, scene)
  if ('ignored' in said || (holds && 'change' in said)) {
    return { arrivals: [], ignored: 'ignored' in said ? said.ignored : 'too early', ...(holds && { holds }) }
  }
  if ('content' in said) {
    const event = messageOf(said, unwrapped, { ...head, scene })
    return {
      arrivals: [
        {
          ...head.more,
          event,
          raw: rawOfReceived({ ...unwrapped.message, messageContextInfo: unwrapped.info }),
        },
      ],
      ...(holds && { holds }),
    }
  }
  const event: BridgeEvent = {
    ...head.event,
    ...said.change,
    ...(said.id !== undefined && { id: said.id }),
    ...(sender.me && { silent: true }),
  }
  const { raw } = said
  return {
    arrivals: [{ ...head.more, event, ...(raw !== undefined && { raw }) }],
    ...(said.asks !== undefined && { asks: said.asks }),
  }
}

/**
 * What has to come first. An edit of a placeholder would be undone by the message itself; a reaction or pin can stand under
 * one, but not under nothing.
 */
const holdsOf = (said: Said, { chat, isAwaited, findMessage }: Scene): MessageRef | undefined => {
  if (!('change' in said)) return said.holds === undefined ? undefined : { chat, id: said.holds }
  const { kind, target } = said.change
  const message = { chat, id: target.id }
  if (kind === 'deletion' || !isAwaited(message)) return undefined
  return kind === 'edit' || findMessage(message) === undefined ? message : undefined
}

/** Somebody joined, the group was renamed: a notice says so, in the name of whoever did it. */
const parseNotice = (
  web: WAMessage,
  { event, more }: NonNullable<ReturnType<typeof parseHead>>,
  context: ParseContext,
): Parsed => {
  if (web.messageStubType == null) return { arrivals: [], ignored: 'no content' }
  if (isOfCrowd(web, context)) return { arrivals: [], ignored: 'for the administrators of a community alone' }
  const nameOf = (address: string) => (isMe(address, context.me) ? 'you' : context.nameOf(address))
  const label = labelOfStub(web, nameOf, address => addressesOf(address, context))
  if (label === undefined) return { arrivals: [], ignored: silenceOf(web) }
  const content = withPicture(web, label) ?? { kind: 'placeholder', label }
  return { arrivals: [{ ...more, event: { ...event, content, silent: true } }] }
}

/** A group's new picture, under the words about it. */
const withPicture = (
  { key, messageStubType, messageStubParameters }: WAMessage,
  label: string,
): Content | undefined => {
  const [id] = messageStubParameters ?? []
  const group = normalizeAddress(key.remoteJid)
  if (messageStubType !== proto.WebMessageInfo.StubType.GROUP_CHANGE_ICON || !id || group === undefined)
    return undefined
  const media = { source: pictureSource({ group, id }), mimeType: 'image/jpeg' }
  return {
    kind: 'card',
    body: italic(label) ?? plainText(label),
    buttons: [],
    media: { kind: 'media', as: 'image', media, caption: plainText('') },
  }
}

const messageOf = (
  said: SaidMessage,
  unwrapped: Unwrapped,
  { event, scene }: NonNullable<ReturnType<typeof parseHead>> & { scene: Scene },
): MessageEvent => {
  const info = contextInfoOf(unwrapped.message)
  const about = said.about ?? unwrapped.commentOn
  const replyTo = about === undefined ? (quoteIn(info, scene) ?? parentIn(unwrapped.info)) : { id: about }
  const album = albumOf(said, unwrapped.info)
  const forwarded = forwardedIn(unwrapped, info)
  const channel = oneLine(info?.forwardedNewsletterMessageInfo?.newsletterName ?? '')
  const expiresAt = expiryOf(info, event.sentAt)
  return {
    ...event,
    content: withSurroundings(said, unwrapped, info),
    ...(replyTo !== undefined && { replyTo }),
    ...(forwarded && { forwarded }),
    ...(channel !== '' && { forwardedFrom: channel }),
    ...(album !== undefined && { album }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...((said.silent || event.sender.me) && { silent: true }),
    ...(said.holds !== undefined && { pending: true }),
  }
}

/** `AssociationType` of a second upload: the better version of a picture or film takes the place of the first. */
const BETTER: ReadonlySet<number> = new Set([5, 10])
/** The film of a motion photo, and a film in HEVC, which many cannot play: what came first is enough. */
const COPIES: ReadonlySet<number> = new Set([12, 19])

/** What a message says with everything around it. */
const sayAll = ({ message, mention, info }: Unwrapped, scene: Scene): Said => {
  const { associationType: type, parentMessageKey: parent } = info.messageAssociation ?? {}
  if (parent?.id && COPIES.has(type ?? 0)) {
    return { ignored: 'another version of a picture or film that came already' }
  }
  if (parent?.id && BETTER.has(type ?? 0)) {
    const said = say(message, scene)
    if (!('content' in said) || said.content.kind !== 'media') return said
    return { change: { kind: 'edit', target: { id: parent.id }, content: said.content } }
  }
  if (mention !== undefined) {
    const what = mention === 'status' ? 'Mentioned you in a status' : 'Mentioned this group in a status'
    return { content: { kind: 'placeholder', label: what }, silent: true }
  }
  return say(message, scene)
}

const say = (message: proto.IMessage, scene: Scene): Said => {
  let skipped: string | undefined
  for (const [field, value] of Object.entries(message)) {
    const decision = FIELDS[field as keyof typeof FIELDS] as Decision<unknown> | undefined
    if (value == null || decision === undefined) continue
    if (decision.do === 'ignore') return { ignored: decision.reason }
    if (decision.do === 'read') return decision.read(value, scene)
    if (decision.do === 'skip' && field !== 'messageContextInfo') skipped = decision.reason
  }
  return skipped === undefined ? { content: { kind: 'placeholder', label: UNKNOWN } } : { ignored: skipped }
}
