import type { EventEmitter } from 'node:events'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { childrenOf } from '../node.ts'

/**
 * How a connection ended. What the server said goes before what Baileys makes of it: Baileys puts WhatsApp's codes, those of
 * broken sockets and its own into one field (lib/Utils/generics.js), and a 401 in there would cost the session.
 */
export type Ending =
  /** `<failure reason/>`: the login was refused. */
  | { readonly by: 'failure'; readonly code: number; readonly attrs: Readonly<Record<string, string>> }
  /** `<stream:error code?><reason type?/></stream:error>` in mid-stream. */
  | { readonly by: 'stream'; readonly code?: number; readonly reason?: string; readonly type?: string }
  /** `<ib><downgrade_webclient/></ib>`: the phone takes no part in linked devices. */
  | { readonly by: 'downgrade' }
  /** The server said nothing: the socket broke, something timed out, or we closed it. */
  | { readonly by: 'silence'; readonly error: unknown }

/** Listens for the server's last word, before Baileys does; returns what it was. */
export const hearEnding = (ws: EventEmitter): (() => Ending | undefined) => {
  let said: Ending | undefined
  ws.prependListener('CB:failure', ({ attrs }: BinaryNode) => {
    said ??= { by: 'failure', code: Number(attrs['reason'] ?? 500), attrs }
  })
  ws.prependListener('CB:stream:error', (node: BinaryNode) => {
    said ??= readStreamError(node)
  })
  ws.prependListener('CB:ib,,downgrade_webclient', () => {
    said ??= { by: 'downgrade' }
  })
  return () => said
}

const readStreamError = (node: BinaryNode): Ending => {
  const code = Number(node.attrs['code'])
  const [reason] = childrenOf(node)
  const type = reason?.attrs['type']
  return {
    by: 'stream',
    ...(Number.isInteger(code) && { code }),
    ...(reason !== undefined && { reason: reason.tag }),
    ...(type !== undefined && { type }),
  }
}
