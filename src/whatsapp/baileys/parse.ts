import { proto, type WAMessage } from '@whiskeysockets/baileys'
import { type ChatRef, chatRef } from '../../bridge/chat-ref.ts'
import type { MessageEvent, Reply } from '../../bridge/event.ts'
import type { Arrival } from '../../bridge/network.ts'
import { isBroadcast, isGroup, normalizeAddress, STATUS } from '../address.ts'
import {
  canonical,
  contextInfoOf,
  type Ignored,
  oneLine,
  type ParseContext,
  rawOf,
  type Said,
  toNumber,
} from './parse/context.ts'
import { type Decision, FIELDS } from './parse/fields.ts'
import { textIn } from './parse/labels.ts'
import { type Unwrapped, unwrap } from './parse/unwrap.ts'

export type { ParseContext } from './parse/context.ts'

export interface Parsed {
  readonly arrivals: readonly Arrival[]
  /** Why there is none. */
  readonly ignored?: string
}

const UNKNOWN = 'A message of a kind not supported yet; open WhatsApp'

/** One message of WhatsApp as what crosses the bridge. Pure. */
export const parseMessage = (web: WAMessage, context: ParseContext): Parsed => {
  const head = parseHead(web, context)
  if (head === undefined) return { arrivals: [], ignored: 'an address of an unknown form' }
  const resent = resentIn(web)
  if (resent.length > 0) return { arrivals: resent.flatMap(inner => parseMessage(inner, context).arrivals) }
  if (web.message == null) return { arrivals: [], ignored: 'no content' }

  const unwrapped = unwrap(web.message)
  const said = say(unwrapped, context)
  if ('ignored' in said) return { arrivals: [], ignored: said.ignored }
  const info = contextInfoOf(unwrapped.message)
  const replyTo = replyOf(info, said, unwrapped, context)
  const event: MessageEvent = {
    ...head.event,
    content: said.content,
    ...(replyTo !== undefined && { replyTo }),
    ...((info?.isForwarded || (info?.forwardingScore ?? 0) > 0) && { forwarded: true }),
    ...((said.silent || head.event.sender.me) && { silent: true }),
  }
  return { arrivals: [{ ...head.more, event, raw: rawOf(unwrapped.message) }] }
}

/** Who said something where and when; `undefined` when the addresses make no sense. */
export const parseHead = (web: WAMessage, context: ParseContext) => {
  const { key } = web
  const { me } = context
  const fromMe = key.fromMe === true
  const myself = { address: normalizeAddress(me.lid) ?? normalizeAddress(me.pn) ?? me.pn, aliases: [] }
  const place = normalizeAddress(key.remoteJid)
  if (place === undefined || !key.id) return undefined
  // Of a message that we sent on the phone, the alternative address can be our own (reference/content.md §2.1).
  const alternative = fromMe && isMe(key.remoteJidAlt, me) ? undefined : key.remoteJidAlt
  const many = isGroup(place) || isBroadcast(place)
  const author = many ? canonical(key.participant, key.participantAlt ?? alternative, context) : undefined
  const peer = many ? undefined : canonical(place, alternative, context)
  const sender = fromMe ? myself : (author ?? peer ?? { address: place, aliases: [] })
  // A broadcast list is how somebody writes to many: for us it is their private chat.
  const chat =
    isBroadcast(place) && place !== STATUS && author !== undefined
      ? author
      : (peer ?? { address: place, aliases: [] })
  const name = web.verifiedBizName || web.pushName
  return {
    event: {
      version: 1 as const,
      kind: 'message' as const,
      chat: chatRef('whatsapp', chat.address),
      id: key.id,
      sender: {
        person: chatRef('whatsapp', sender.address),
        me: fromMe,
        ...(name && { name: oneLine(name) }),
      },
      sentAt: (toNumber(web.messageTimestamp) ?? 0) * 1000,
    },
    more: {
      ...(chat.aliases.length > 0 && { aliases: chat.aliases }),
      ...(sender.aliases.length > 0 && { senderAliases: sender.aliases }),
    },
  }
}

const isMe = (jid: string | null | undefined, me: ParseContext['me']): boolean => {
  const address = normalizeAddress(jid)
  return address !== undefined && [normalizeAddress(me.pn), normalizeAddress(me.lid)].includes(address)
}

/** Copies that the second upload of a picture or film leaves: HD, the film of a motion photo, HEVC. */
const COPIES: ReadonlySet<number> = new Set([5, 10, 12, 19])

const say = (unwrapped: Unwrapped, context: ParseContext): Said | Ignored => {
  const { message, mention, viewOnce, association } = unwrapped
  if (association?.parentMessageKey && COPIES.has(association.associationType ?? 0)) {
    return { ignored: 'another version of a picture or film that came already' }
  }
  if (mention !== undefined) {
    const what = mention === 'status' ? 'Mentioned you in a status' : 'Mentioned this group in a status'
    return { content: { kind: 'placeholder', label: what }, silent: true }
  }
  let skipped: string | undefined
  for (const [field, value] of Object.entries(message)) {
    const decision = FIELDS[field as keyof typeof FIELDS] as Decision<unknown> | undefined
    if (value == null || decision === undefined) continue
    if (decision.do === 'ignore') return { ignored: decision.reason }
    if (decision.do === 'read') return markViewOnce(decision.read(value, context), viewOnce)
    if (decision.do === 'skip' && field !== 'messageContextInfo') skipped = decision.reason
  }
  return skipped === undefined ? { content: { kind: 'placeholder', label: UNKNOWN } } : { ignored: skipped }
}

const markViewOnce = (said: Said | Ignored, viewOnce: boolean): Said | Ignored =>
  viewOnce && 'content' in said && said.content.kind === 'media'
    ? { ...said, content: { ...said.content, media: { ...said.content.media, viewOnce: true } } }
    : said

const replyOf = (
  info: proto.IContextInfo | undefined,
  said: Said,
  unwrapped: Unwrapped,
  context: ParseContext,
): Reply | undefined => {
  const about = said.about ?? unwrapped.commentOn
  if (about !== undefined) return { id: about }
  if (!info?.stanzaId) return undefined
  const person = canonical(info.participant, undefined, context)
  const excerpt = info.quotedMessage == null ? undefined : excerptOf(info.quotedMessage, context)
  return {
    id: info.stanzaId,
    ...(person !== undefined && { person: chatRef('whatsapp', person.address) satisfies ChatRef }),
    ...(excerpt !== undefined && { excerpt }),
  }
}

const EXCERPT = 200
const WORDS: Readonly<Record<string, string>> = {
  image: 'Photo',
  video: 'Video',
  animation: 'GIF',
  'video-note': 'Video message',
  voice: 'Voice message',
  audio: 'Audio',
  document: 'Document',
  sticker: 'Sticker',
  location: 'Location',
  contacts: 'Contact',
}

/** A few words of a quoted message, for when it was never bridged. */
const excerptOf = (quoted: proto.IMessage, context: ParseContext): string | undefined => {
  const unwrapped = unwrap(quoted)
  const text = textIn(unwrapped.message)
  if (text !== undefined) return cut(text)
  const said = say(unwrapped, context)
  if (!('content' in said)) return undefined
  if (said.content.kind === 'placeholder') return cut(said.content.label)
  return WORDS[said.content.kind === 'media' ? said.content.as : said.content.kind]
}

const cut = (text: string): string => {
  const characters = [...text]
  return characters.length > EXCERPT ? `${characters.slice(0, EXCERPT - 1).join('')}…` : text
}

/**
 * Messages that the phone sends again because we had none (lib/Utils/process-message.js, placeholder resend). Only our
 * own devices may do that.
 */
const resentIn = (web: WAMessage): WAMessage[] => {
  const answer = web.message?.protocolMessage?.peerDataOperationRequestResponseMessage
  if (web.key.fromMe !== true || answer == null) return []
  return (answer.peerDataOperationResult ?? []).flatMap(result => {
    const bytes = result.placeholderMessageResendResponse?.webMessageInfoBytes
    if (!bytes?.length) return []
    try {
      const message = proto.WebMessageInfo.decode(bytes)
      return message.key == null ? [] : [message as WAMessage]
    } catch {
      return []
    }
  })
}
