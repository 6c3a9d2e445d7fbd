import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { pass } from './pass.ts'

/** Names a request of `fetch`: those go to the Bot API alone. The path begins with the token, which is left out. */
const nameOf = (message: unknown): string => {
  const { request } = message as { request: { path: string } }
  return request.path.startsWith('/file/')
    ? 'telegram download'
    : `telegram ${request.path.split('/').at(-1)}`
}

/** Channels of Node's `fetch` (undici, docs/docs/api/DiagnosticsChannel.md), by the moment they tell. */
const moments = {
  'undici:request:create': 'before',
  'undici:client:sendHeaders': 'begun',
  'undici:request:bodySent': 'written',
  'undici:request:headers': 'answering',
  'undici:request:trailers': 'answered',
} as const

/** Files to and from WhatsApp's media host go through `node:https`; the socket to WhatsApp begins there, too. */
const nameOfFile = (message: unknown): string => {
  const { request } = message as { request: ClientRequest }
  return request.hasHeader('upgrade') ? 'whatsapp socket' : `file ${request.method}`
}

/** Every HTTP request is a point at each step that Node tells of. */
export const watchRequests = (): void => {
  for (const [channel, moment] of Object.entries(moments)) {
    subscribe(channel, message => pass(`${nameOf(message)}: ${moment}`))
  }
  subscribe('http.client.request.start', message => pass(`${nameOfFile(message)}: begun`))
  subscribe('http.client.response.finish', message => pass(`${nameOfFile(message)}: answering`))
}
