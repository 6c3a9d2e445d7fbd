import { type BinaryNode, encodeBinaryNode } from '@whiskeysockets/baileys'

/** An address of WhatsApp; everything else that has an `@` in it is text. */
const ADDRESS =
  /^(?:[\d-]+(?::\d+)?|status|)@(?:s\.whatsapp\.net|c\.us|lid|hosted|hosted\.lid|g\.us|broadcast|newsletter|bot)$/

/** The tag of a text of up to 2^20 bytes (lib/WABinary/constants.js). */
const BINARY_20 = 253

/**
 * A node as the server writes it. Baileys' encoder takes any text with an `@` for an address, and of "Team: A @ home" it
 * keeps "Team": names are to come as they are.
 */
export function encodeNode(node: BinaryNode): Buffer {
  const texts: string[] = []
  let encoded = encodeBinaryNode(marked(node, texts))
  for (const [index, text] of texts.entries()) {
    const mark = Buffer.from(markOf(index))
    const at = encoded.indexOf(mark)
    const bytes = Buffer.from(text)
    const head = Buffer.from([BINARY_20, bytes.length >> 16, (bytes.length >> 8) & 0xff, bytes.length & 0xff])
    // In front of the mark stand its own tag and length, of one byte each.
    encoded = Buffer.concat([encoded.subarray(0, at - 2), head, bytes, encoded.subarray(at + mark.length)])
  }
  return encoded
}

/** Stands for a text; nobody says that. */
const markOf = (index: number): string => `\u0001text ${index}\u0001`

function marked(node: BinaryNode, texts: string[]): BinaryNode {
  const attrs = Object.entries(node.attrs).map(([key, value]) =>
    !value.includes('@') || ADDRESS.test(value) ? [key, value] : [key, markOf(texts.push(value) - 1)],
  )
  const content = Array.isArray(node.content) ? node.content.map(each => marked(each, texts)) : node.content
  return { tag: node.tag, attrs: Object.fromEntries(attrs), ...(content !== undefined && { content }) }
}
