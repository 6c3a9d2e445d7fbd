import type { BinaryNode, WASocket } from '@whiskeysockets/baileys'

/** Asks the server for a sign of life; rejects, or resolves with nothing, when there is none in time. */
export const ping = (
  { query }: Pick<WASocket, 'query'>,
  milliseconds: number,
): Promise<BinaryNode | undefined> =>
  query(
    {
      tag: 'iq',
      attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'w:p' },
      content: [{ tag: 'ping', attrs: {} }],
    },
    milliseconds,
  )
