import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { VotableContent } from '../../../src/bridge/content.ts'
import type { ChangeEvent, ChangeOf } from '../../../src/bridge/event.ts'
import type { Change, SentPart, StandIn } from '../../../src/bridge/network.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import type { Linked } from './linked.ts'

type Head = 'version' | 'chat' | 'id' | 'sender' | 'sentAt' | 'target'

export type What = {
  [K in ChangeEvent['kind']]: { readonly kind: K } & Omit<ChangeOf<K>, Head>
}[ChangeEvent['kind']]

export const words = (text: string): What => ({
  kind: 'edit',
  content: { kind: 'text', body: plainText(text) },
})

/** What the bridge sent last, as something to be changed. */
export const lastSent = ({ sent }: Linked, at = Date.now()): StandIn => {
  const part = sent.at(-1)
  if (part === undefined) throw new Error('Nothing was sent')
  return { id: part.id, fromMe: true, byBridge: true, at, ...(part.raw !== undefined && { raw: part.raw }) }
}

export interface ChangeInit {
  readonly chat: ChatRef
  readonly parts: readonly StandIn[]
  readonly content?: VotableContent
  readonly messageId?: string
  readonly onSent?: (part: SentPart) => void
}

/** A change by the owner, on its way to WhatsApp. */
export const changeOf = (linked: Linked, what: What, init: ChangeInit): Change => {
  const {
    chat,
    parts,
    content,
    messageId = linked.connection.newMessageId(),
    onSent = () => undefined,
  } = init
  const event = {
    version: 1,
    chat: 'telegram:-1001234567890',
    id: `5.change.${messageId}`,
    sender: { person: 'telegram:7001', me: true },
    sentAt: Date.now(),
    target: { id: '5' },
    ...what,
  } as ChangeEvent
  return {
    event,
    chat,
    messageId,
    changed: {
      parts,
      notes: {},
      seenAt: Date.now(),
      reactions: [],
      votes: [],
      isOver: false,
      ...(content && { content }),
    },
    onSent,
    onSending: () => undefined,
    onCarried: () => undefined,
    onGone: () => undefined,
    isKnown: () => false,
    openMedia: () => Promise.reject(new Error('There is no media')),
    signal: new AbortController().signal,
  }
}

export { failureOf } from '../../support/failure.ts'
