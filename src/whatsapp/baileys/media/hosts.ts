import type { BinaryNode } from '@whiskeysockets/baileys'
import { reject, retry } from '../../../bridge/verdict.ts'
import { childOf, childrenOf } from '../node.ts'
import { isMediaHost } from './http.ts'

/** Where files may be uploaded to, and the word that lets us in. */
export interface MediaHosts {
  readonly auth: string
  /** In the server's order of preference; each `host` or `host:port`, https. */
  readonly hosts: readonly string[]
}

/** Asks WhatsApp's server something; resolves `undefined` when it does not answer in time. */
export type Query = (node: BinaryNode) => Promise<BinaryNode | undefined>

/** WhatsApp says how long an answer may be used; this is for answers that do not. Seconds. */
const USUAL_TTL = 300

/**
 * The media hosts, asked of the server and asked again when the answer has expired. (Baileys' own `refreshMediaConn` keeps
 * a failed query for ever: lib/Socket/messages-send.js.) `find` throws `DeliveryError`.
 */
export const openMediaHosts = (mediaHost: string | undefined) => {
  let known: (MediaHosts & { readonly until: number }) | undefined
  return {
    async find(query: Query): Promise<MediaHosts> {
      if (known !== undefined && Date.now() < known.until) return known
      const answer = await query(question()).catch((error: unknown) => {
        throw retry('WhatsApp did not say where files go', error)
      })
      const { ttl, ...found } = readAnswer(answer, mediaHost)
      known = { ...found, until: Date.now() + ttl * 1000 }
      return known
    },
    /** These are out of reach, or in trouble: the others come first from now on. */
    avoid(names: readonly string[]): void {
      if (known === undefined) return
      const others = known.hosts.filter(host => !names.includes(host))
      known = { ...known, hosts: [...others, ...known.hosts.filter(host => names.includes(host))] }
    },
    /** The word was not accepted: the next `find` asks for a new one. */
    forget(): void {
      known = undefined
    },
  }
}

/** From lib/Socket/messages-send.js, `refreshMediaConn`. A new one each time: Baileys writes its id into it. */
const question = (): BinaryNode => ({
  tag: 'iq',
  attrs: { type: 'set', xmlns: 'w:m', to: 's.whatsapp.net' },
  content: [{ tag: 'media_conn', attrs: {} }],
})

const readAnswer = (
  answer: BinaryNode | undefined,
  mediaHost: string | undefined,
): MediaHosts & { ttl: number } => {
  const found = childOf(answer, 'media_conn')
  const { auth, ttl } = found?.attrs ?? {}
  if (auth === undefined) throw retry('WhatsApp did not say where files go')
  const hosts = childrenOf(found)
    .filter(({ tag }) => tag === 'host')
    .map(({ attrs }) => attrs['hostname'] ?? '')
    .filter(host => isMediaHost(host, mediaHost))
  if (hosts.length === 0) throw reject('WhatsApp sends files to a host that is not one of its own')
  return { auth, hosts, ttl: Number(ttl) || USUAL_TTL }
}
