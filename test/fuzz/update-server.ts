import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A Bot API server that hands out whatever updates it is given, until they are confirmed, and says of all else that it is done.
 * Under each path it has the file that `fileAt` says.
 */
export const startUpdateServer = async (fileAt: (path: string) => Buffer = () => Buffer.alloc(0)) => {
  const updates: { update_id: number }[] = []
  /** Texts that the bot has sent. */
  const said: string[] = []
  let sent = 0
  const server = createServer(async (request, response) => {
    const { url = '' } = request
    const body = Buffer.concat(await request.toArray()).toString()
    if (url.startsWith('/file/')) {
      response.end(fileAt(url))
      return
    }
    const method = url.split('/').at(-1) ?? ''
    const { offset = 0, chat_id: id, text, file_id: file } = JSON.parse(body || '{}')
    if (method === 'sendMessage') said.push(text)
    const results: Readonly<Record<string, unknown>> = {
      getMe: { id: 8001, is_bot: true, first_name: 'Bridge', username: 'wa_bot' },
      getUpdates: updates.filter(({ update_id }) => update_id >= offset).slice(0, 100),
      getCustomEmojiStickers: [],
      getFile: { file_id: file, file_unique_id: 'u', file_path: 'files/x' },
    }
    const result = results[method] ?? {
      message_id: 1_000_000 + ++sent,
      date: 1,
      chat: { id, type: 'supergroup' },
    }
    setTimeout(() => response.end(JSON.stringify({ ok: true, result })), 2)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    apiRoot: `http://127.0.0.1:${port}`,
    said,
    give: (more: readonly object[]) => {
      for (const update of more) updates.push({ ...update, update_id: updates.length + 1 })
    },
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
