import type { BinaryNode, WASocket } from '@whiskeysockets/baileys'
import { isGroup } from '../../address.ts'
import { isMe } from '../me.ts'

/**
 * Gives the server the receipt by which it clears what the owner has written on another device, where Baileys has given it
 * another one: of type `sender`, with the addresses of the stanza (whatsmeow, receipt.go, `buildBaseReceipt`). Else the copy
 * comes again every few minutes for weeks, and the stream ends about once in an hour (whatsapp-rust #649, #659). Baileys
 * (7.0.0-rc14, lib/Socket/messages-recv.js, `handleMessage`) says of a prompt to Meta AI that it went to ourselves, leaves out
 * `to` where only the number of the other person is known, and takes what we wrote to a broadcast list or into our status,
 * under our LID, for somebody else's. It gives no way to change that, so the right receipt goes behind the wrong one.
 */
export const clearOwnCopy = ({ authState, sendNode }: WASocket, { attrs }: BinaryNode): void => {
  const { id, from = '', participant, recipient, category } = attrs
  const { me } = authState.creds
  const author = participant ?? from
  if (!id || category === 'peer' || me === undefined) return
  if (!isMe(author, { pn: me.id, ...(me.lid !== undefined && { lid: me.lid }) })) return
  if (isGroup(from) || isClearedByBaileys(attrs)) return
  const receipt = {
    tag: 'receipt',
    attrs: {
      id,
      to: from,
      ...(participant !== undefined && { participant }),
      ...(recipient !== undefined && { recipient }),
      type: 'sender',
    },
  }
  // What is not cleared comes again.
  sendNode(receipt).catch(() => undefined)
}

/** It is written to somebody whose LID the stanza says. */
const isClearedByBaileys = ({
  from = '',
  recipient = '',
  peer_recipient_lid: lid,
}: Readonly<Record<string, string>>): boolean =>
  recipient.endsWith('@lid') ||
  (recipient.endsWith('@s.whatsapp.net') && !from.endsWith('@lid') && lid !== undefined)
