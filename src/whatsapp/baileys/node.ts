import type { BinaryNode } from '@whiskeysockets/baileys'

/**
 * What stands inside a stanza. Baileys' own readers (lib/WABinary/generic-utils.js) remember what a node held when they
 * first looked: what is taken out of it later (`keys/left-out.ts`) would stay in.
 */
export const childrenOf = (node: BinaryNode | undefined): readonly BinaryNode[] =>
  Array.isArray(node?.content) ? node.content : []

/** The first child of that name. */
export const childOf = (node: BinaryNode | undefined, tag: string): BinaryNode | undefined =>
  childrenOf(node).find(child => child.tag === tag)
