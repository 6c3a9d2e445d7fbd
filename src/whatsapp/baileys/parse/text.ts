import type { proto } from '@whiskeysockets/baileys'
import { oneLine, type RichText } from '../../../bridge/rich-text.ts'
import { normalizeAddress, phoneOf, userOf } from '../../address.ts'
import { type Mention, parseMarkup } from '../../markup.ts'
import { isMe } from '../me.ts'
import { addressesOf, canonical, type ParseContext } from './context.ts'

/** WhatsApp text with the people it mentions. */
export const textOf = (
  text: string,
  info: proto.IContextInfo | null | undefined,
  context: ParseContext,
): RichText => {
  const mentions = new Map<string, Mention>()
  for (const jid of info?.mentionedJid ?? []) {
    const address = normalizeAddress(jid)
    const person = canonical(address, undefined, context)?.address
    if (address === undefined || person === undefined) continue
    const me = isMe(address, context.me)
    const name = (me ? context.me.name : undefined) ?? nameOf(address, context)
    const mention = { name: oneLine(name), person: `whatsapp:${person}`, ...(me && { me }) } as const
    // In the text may stand the other address: of a LID nobody is to see the digits as a number.
    for (const each of [...addressesOf(address, context), address]) mentions.set(userOf(each), mention)
  }
  for (const { groupJid, groupSubject } of info?.groupMentions ?? []) {
    const address = normalizeAddress(groupJid)
    if (address === undefined || !groupSubject) continue
    mentions.set(userOf(address), { name: oneLine(groupSubject), person: `whatsapp:${address}` })
  }
  return parseMarkup(text, mentions)
}

/** A name, else a phone number, else a word: the digits of a LID look like a number that they are not. */
export const nameOf = (address: string, context: ParseContext): string => {
  const addresses = addressesOf(address, context)
  const names = [...addresses.map(context.nameOf), ...addresses.map(phoneOf)]
  return names.find(name => name !== undefined) ?? 'somebody'
}
