import {
  type BinaryNode,
  decodeMessageNode,
  decryptMessageNode,
  type SignalRepositoryWithLIDStore,
  type WAMessage,
} from '@whiskeysockets/baileys'
import type { Logger } from '../../support/log.ts'
import type { Opened } from './intake.ts'

/** Who we are: the two addresses of the linked account. */
export interface Me {
  readonly pn: string
  readonly lid?: string
}

/**
 * A repository whose plaintexts are what it is given: the envelope's parts are filled with them beforehand. Everything
 * else that Baileys does on the way (sender keys, address mappings) it has done when the stanza was live.
 */
const echo = {
  decryptMessage: ({ ciphertext }: { ciphertext: Uint8Array }) => Promise.resolve(ciphertext),
  decryptGroupMessage: ({ msg }: { msg: Uint8Array }) => Promise.resolve(msg),
  processSenderKeyDistributionMessage: () => Promise.resolve(),
  migrateSession: () => Promise.resolve({ migrated: 0, skipped: 0, total: 0 }),
  lidMapping: { getLIDForPN: () => Promise.resolve(null), storeLIDPNMappings: () => Promise.resolve() },
} as unknown as SignalRepositoryWithLIDStore

/**
 * Reads a journalled stanza with Baileys' own decoder (lib/Utils/decode-wa-message.js). Rejects when the stanza has not
 * the form of a message.
 */
export const decodeOpened = async (opened: Opened, me: Me, logger: Logger): Promise<WAMessage> => {
  const { envelope, plaintexts } = opened
  const content = envelope.parts.flatMap((part, position): BinaryNode[] => {
    const plaintext = plaintexts[position]
    return plaintext === undefined ? [] : [{ tag: part.tag, attrs: part.attrs, content: plaintext }]
  })
  if (envelope.verifiedName !== undefined) {
    content.push({
      tag: 'verified_name',
      attrs: {},
      content: Buffer.from(envelope.verifiedName, 'base64'),
    })
  }
  const node = { tag: 'message', attrs: envelope.attrs, content }
  const { fullMessage, decrypt } = decryptMessageNode(node, me.pn, me.lid ?? '', echo, logger)
  await decrypt()
  return fullMessage
}

/** Reads who sent what to which chat, without content. Throws when the stanza has not the form of a message. */
export const decodeHead = (attrs: Record<string, string>, me: Me): WAMessage => {
  const { fullMessage } = decodeMessageNode({ tag: 'message', attrs }, me.pn, me.lid ?? '')
  return fullMessage
}
