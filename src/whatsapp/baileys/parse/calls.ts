import { type BinaryNode, jidDecode, type WAMessage } from '@whiskeysockets/baileys'
import type { Arrival, KnownMessage } from '../../../bridge/network.ts'
import { childOf, childrenOf } from '../node.ts'
import { rawOfReceived, readRaw } from './context.ts'
import type { parseHead } from './head.ts'

/** What a `<call>` says that is worth showing: that there is one, or what became of it. */
export interface CallNotice {
  /** Who calls where, without content. */
  readonly web: WAMessage
  /** What is said about it; of a call that was told of before, with what was said then. */
  label(before?: string): string
  /** The call it is about, where it is not a new one. */
  readonly about?: string
  /** Worth telling even of a call that nobody was told of. */
  readonly always: boolean
  /** Ids of what may have become of it before, behind which this says nothing new. */
  readonly unless: readonly string[]
}

type End = 'missed' | 'answered' | 'declined'

/** Why a call ended, and what the phone did: whatsmeow call.go, events.CallTerminate. */
const ENDS: ReadonlyMap<string, End> = new Map([
  ['timeout', 'missed'],
  ['accepted_elsewhere', 'answered'],
  ['rejected_elsewhere', 'declined'],
])

/**
 * A call that begins, and what becomes of it. Everything else of a call (ringing, transport) is noise. Forms:
 * lib/Socket/messages-recv.js, handleCall; whatsmeow call.go. Pure.
 *
 * A `terminate` says `timeout` when nobody took the call; it does not say whether there was a picture. Without a reason that
 * we know the caller has hung up: a call that rang and was neither taken nor declined was missed then (WhatsApp Web,
 * `WAWebVoipActionWriteCallLogEventCallMissed`), unless it says how long it was. A group's call goes on without us.
 */
export const readCall = (node: BinaryNode): CallNotice | undefined => {
  const [info] = childrenOf(node)
  const id = info?.attrs['call-id']
  if (info === undefined || id === undefined) return undefined
  const { tag, attrs } = info
  if (tag === 'offer' || tag === 'offer_notice') {
    const isVideo = attrs['media'] === 'video' || childOf(info, 'video') !== undefined
    const group = attrs['group-jid'] !== undefined || attrs['type'] === 'group' ? 'group ' : ''
    const label = `📞 ${capital(`${group}${isVideo ? 'video' : 'voice'} call`)}`
    return { web: headOf(node, info, id), label: () => label, always: true, unless: [] }
  }
  const said = isByDevice(info, node) ? undefined : endSaid(info)
  const end = said ?? endMeant(info)
  if (end === undefined) return undefined
  return {
    web: headOf(node, info, `${id}.${end}`),
    label: (before = '📞 Call') => ended(before, end),
    about: id,
    always: said === 'missed',
    unless: said === undefined ? [`${id}.answered`, `${id}.declined`] : [],
  }
}

/**
 * A linked device that takes no calls turns each down by itself, while the phone rings on (purpshell/meowcaller #25). That it
 * was declined on such a device is said at the end (`rejected_elsewhere`).
 */
const isByDevice = ({ tag }: BinaryNode, { attrs: { from } }: BinaryNode): boolean =>
  tag === 'reject' && (jidDecode(from)?.device ?? 0) !== 0

const endSaid = ({ tag, attrs }: BinaryNode): End | undefined => {
  if (tag === 'terminate') return ENDS.get(attrs['reason'] ?? '')
  return tag === 'accept' ? 'answered' : tag === 'reject' ? 'declined' : undefined
}

const endMeant = ({ tag, attrs }: BinaryNode): End | undefined => {
  if (tag !== 'terminate' || attrs['group-jid'] !== undefined) return undefined
  return Number(attrs['duration'] ?? 0) > 0 ? 'answered' : 'missed'
}

/** A call as what crosses the bridge: a message, or in its place what became of it. */
export const tellCall = (
  { label, about, always }: CallNotice,
  { event, more }: NonNullable<ReturnType<typeof parseHead>>,
  known: KnownMessage | undefined,
): Arrival[] => {
  if (about === undefined) {
    const content = { kind: 'placeholder', label: label() } as const
    return [{ ...more, event: { ...event, content }, raw: rawOfReceived({ conversation: label() }) }]
  }
  if (known === undefined && !always) return []
  const before = known?.raw === undefined ? undefined : readRaw(known.raw).conversation
  const content = { kind: 'placeholder', label: label(before || undefined) } as const
  return [{ ...more, event: { ...event, kind: 'edit', target: { id: about }, content, silent: true } }]
}

const ended = (before: string, end: End): string =>
  end === 'missed'
    ? before.replace(/^📞 (.)/u, (_, first: string) => `📞 Missed ${first.toLowerCase()}`)
    : `${before} · ${end}`

const headOf = (node: BinaryNode, { attrs }: BinaryNode, id: string): WAMessage => {
  const caller = attrs['call-creator'] ?? attrs['from'] ?? node.attrs['from'] ?? ''
  const group = attrs['group-jid']
  const other = attrs['caller_pn'] ?? attrs['caller_lid']
  return {
    key: {
      id,
      fromMe: false,
      remoteJid: group ?? caller,
      ...(group !== undefined && { participant: caller }),
      ...(other !== undefined && { [group === undefined ? 'remoteJidAlt' : 'participantAlt']: other }),
    },
    messageTimestamp: Number(node.attrs['t'] ?? 0),
    ...(node.attrs['notify'] !== undefined && { pushName: node.attrs['notify'] }),
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
