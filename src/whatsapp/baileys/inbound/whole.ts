import { type BinaryNode, BufferJSON, decodeBinaryNode } from '@whiskeysockets/baileys'
import { parseStored } from '../../../bridge/stored-json.ts'

/**
 * A stanza that is kept as it is. Not as it came over the wire: Baileys' encoder takes whatever has an `@` in it for an address
 * (lib/WABinary/encode.js, `writeString`), and of a group that is called "Team: A @ home" it keeps "Team".
 */
export const writeWhole = (node: BinaryNode): Buffer => Buffer.from(JSON.stringify(node, BufferJSON.replacer))

/** The first byte of a stanza that is not compressed, as earlier versions kept it. */
const PLAIN = 0

/** Rejects when it is damaged. */
export const readWhole = async (bytes: Buffer | undefined): Promise<BinaryNode> =>
  bytes?.[0] === PLAIN
    ? await decodeBinaryNode(bytes)
    : (parseStored(bytes?.toString() ?? '', BufferJSON.reviver) as BinaryNode)
