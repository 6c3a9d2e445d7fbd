import type { BinaryNode, WAMessage } from '@whiskeysockets/baileys'
import { isBroadcast, normalizeAddress, STATUS } from '../../address.ts'
import { isMe, type Me } from '../me.ts'
import { childOf, childrenOf } from '../node.ts'

/** Somebody whom the owner has written to through a broadcast list. */
export interface Recipient {
  readonly jid: string
  /** The other address of the same person. */
  readonly other?: string
}

/** Whether a stanza is what the owner has written on the phone to a broadcast list. */
export const isToOwnList = ({ from, participant }: Readonly<Record<string, string>>, me: Me): boolean => {
  const place = normalizeAddress(from)
  return place !== undefined && isBroadcast(place) && place !== STATUS && isMe(participant, me)
}

/** Who is on the list that a stanza went to (whatsmeow, message.go, `BroadcastRecipients`). */
export const recipientsIn = (node: BinaryNode): readonly Recipient[] =>
  childrenOf(childOf(node, 'participants')).flatMap(({ tag, attrs }) => {
    const { jid, peer_recipient_pn: pn, peer_recipient_lid: lid } = attrs
    if (tag !== 'to' || jid === undefined) return []
    const other = lid ?? pn
    return [{ jid, ...(other !== undefined && { other }) }]
  })

/** What went to a list, as it stands on the phone: in the chat with each of them, under the one id. */
export const toEach = ({ key, ...web }: WAMessage, recipients: readonly Recipient[]): WAMessage[] =>
  recipients.map(({ jid, other }) => ({
    ...web,
    key: {
      remoteJid: jid,
      ...(other !== undefined && { remoteJidAlt: other }),
      fromMe: true,
      ...(key.id != null && { id: key.id }),
    },
  }))
