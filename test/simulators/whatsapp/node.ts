import type { BinaryNode } from '@whiskeysockets/baileys'

/** The address under which the server itself speaks. */
export const SERVER = '@s.whatsapp.net'

/** Builds a node; attributes that are undefined are left out. */
export function el(
  tag: string,
  attrs: Record<string, string | undefined> = {},
  content?: BinaryNode['content'],
): BinaryNode {
  const present = Object.entries(attrs).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { tag, attrs: Object.fromEntries(present), ...(content !== undefined && { content }) }
}

export function children(node: BinaryNode | undefined, tag?: string): BinaryNode[] {
  if (!Array.isArray(node?.content)) return []
  return tag === undefined ? node.content : node.content.filter(child => child.tag === tag)
}

export function child(node: BinaryNode | undefined, tag: string): BinaryNode | undefined {
  return children(node, tag)[0]
}

/** The bytes in a node; a string counts as its UTF-8. Throws where there are none. */
export function bytes(node: BinaryNode | undefined): Buffer {
  const content = node?.content
  if (typeof content === 'string') return Buffer.from(content)
  if (content instanceof Uint8Array) return Buffer.from(content)
  throw new Error(`<${node?.tag ?? 'nothing'}> holds no bytes`)
}

export function text(node: BinaryNode | undefined): string {
  return bytes(node).toString()
}

export function bigEndian(value: number, length: number): Buffer {
  const buffer = Buffer.alloc(length)
  buffer.writeUIntBE(value, 0, length)
  return buffer
}

export function unixSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** The address of the person, without a device. */
export function withoutDevice(jid: string): string {
  return jid.replace(/:\d+@/, '@')
}

export function withDevice(jid: string, device: number): string {
  return device === 0 ? jid : jid.replace('@', `:${device}@`)
}

export function deviceOf(jid: string): number {
  return Number(/:(\d+)@/.exec(jid)?.[1] ?? 0)
}
