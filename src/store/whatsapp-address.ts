import { addressOf, type ChatRef, networkOf } from '../bridge/chat-ref.ts'

/**
 * The two things the chat book must read out of an otherwise opaque address: whether a WhatsApp address is the hidden
 * kind (LID), which is the stable one, and which phone number stands in it. Forms: Baileys `WABinary/jid-utils.js`.
 */
export const isLid = (ref: ChatRef): boolean =>
  networkOf(ref) === 'whatsapp' && addressOf(ref).endsWith('@lid')

/** `+` and digits, or undefined when the address holds no phone number (a LID's digits are none). */
export const phoneOf = (ref: ChatRef): string | undefined => {
  const digits = networkOf(ref) === 'whatsapp' && /^(\d+)@(s\.whatsapp\.net|c\.us)$/.exec(addressOf(ref))?.[1]
  return digits ? `+${digits}` : undefined
}
