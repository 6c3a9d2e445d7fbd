import { jidDecode, jidEncode, type SignalKeyStore, type SignalRepository } from '@whiskeysockets/baileys'

type DecryptOptions = Parameters<SignalRepository['decryptGroupMessage']>[0]

/** What Baileys says where it has no key of a sender, or another one (lib/Signal/Group/group_cipher.js). */
const LACKING: ReadonlySet<string> = new Set([
  'No SenderKeyRecord found for decryption',
  'No session found to decrypt message',
])

/**
 * Opens a message of a group. Baileys keeps the keys of its members by the addresses that they have there. When WhatsApp moves a
 * group over from numbers to LIDs those stand under the others, and whoever has given us theirs gives it once: nothing of anybody
 * there could be read before it was asked for again (Baileys #2730; whatsmeow takes them along, sqlstore, `MigratePNToLID`). So the
 * key that stands under the other address of the same person is tried, too.
 */
export const decryptForGroup = async (
  options: DecryptOptions,
  { decrypt, keys }: { decrypt: SignalRepository['decryptGroupMessage']; keys: Pick<SignalKeyStore, 'get'> },
): Promise<Uint8Array> => {
  try {
    return await decrypt(options)
  } catch (error) {
    if (!(error instanceof Error) || !LACKING.has(error.message)) throw error
    const authorJid = await otherAddressOf(options.authorJid, keys)
    if (authorJid === undefined) throw error
    return await decrypt({ ...options, authorJid }).catch(() => {
      throw error
    })
  }
}

/** The same device by the other address of its person, as far as that is known here: nobody is asked. */
const otherAddressOf = async (
  jid: string,
  keys: Pick<SignalKeyStore, 'get'>,
): Promise<string | undefined> => {
  const { user, server, device } = jidDecode(jid) ?? {}
  const mapped = async (id: string): Promise<string | undefined> => (await keys.get('lid-mapping', [id]))[id]
  if (user === undefined || (server !== 'lid' && server !== 's.whatsapp.net')) return undefined
  const other = await mapped(server === 'lid' ? `${user}_reverse` : user)
  // The row of whoever had a number before stays where it is (`inbound/book.ts`).
  if (other === undefined || (server === 'lid' && (await mapped(other)) !== user)) return undefined
  return jidEncode(other, server === 'lid' ? 's.whatsapp.net' : 'lid', device)
}
