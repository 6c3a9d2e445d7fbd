import type { BinaryNode, WAMessage } from '@whiskeysockets/baileys'

/** What a `<call>` says that is worth showing. */
export interface CallNotice {
  /** Who calls where, without content. */
  readonly web: WAMessage
  readonly label: string
  /** The call it is about, where that was told before. */
  readonly about?: string
  readonly silent: boolean
}

/**
 * A call that begins, or one that nobody took. Everything else of a call (ringing, transport, answered or declined on the
 * phone) is noise. Forms: lib/Socket/messages-recv.js, handleCall; whatsmeow call.go. Pure.
 *
 * A `terminate` says `timeout` when nobody took the call; it does not say whether there was a picture.
 */
export const readCall = (node: BinaryNode): CallNotice | undefined => {
  const [info] = Array.isArray(node.content) ? node.content : []
  const id = info?.attrs['call-id']
  if (info === undefined || id === undefined) return undefined
  const { tag, attrs } = info
  if (tag === 'offer' || tag === 'offer_notice') {
    const isVideo = attrs['media'] === 'video' || childTags(info).includes('video')
    const group = attrs['group-jid'] !== undefined || attrs['type'] === 'group' ? 'group ' : ''
    return {
      web: headOf(node, info, id),
      label: `📞 ${capital(`${group}${isVideo ? 'video' : 'voice'} call`)}`,
      silent: false,
    }
  }
  if (tag === 'terminate' && attrs['reason'] === 'timeout') {
    return { web: headOf(node, info, `${id}.missed`), label: '📞 Missed call', about: id, silent: true }
  }
  return undefined
}

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

const childTags = ({ content }: BinaryNode): string[] =>
  Array.isArray(content) ? content.map(({ tag }) => tag) : []

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
