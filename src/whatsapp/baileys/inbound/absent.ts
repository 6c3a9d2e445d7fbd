import type { BinaryNode } from '@whiskeysockets/baileys'
import { childOf, childrenOf } from '../node.ts'

/**
 * What is to be said of a message that has no content for us: view once, or what only the phone was given. `awaited`: it may come
 * again with its content (whatsmeow, events.go, `UnavailableTypeUnknown`). Undefined where nothing is to be said.
 */
export const readAbsent = (node: BinaryNode): { readonly label: string } | 'awaited' | undefined => {
  if (node.attrs['category'] === 'peer') return undefined
  const unavailable = childOf(node, 'unavailable')
  if (unavailable?.attrs['type']?.includes('view_once'))
    return { label: 'View once message; open it on the phone' }
  const isOfBot =
    node.attrs['from']?.endsWith('@bot') || childrenOf(node).some(({ attrs }) => attrs['type'] === 'msmsg')
  if (isOfBot) return { label: 'A message of Meta AI; see it on the phone' }
  return unavailable && 'awaited'
}
