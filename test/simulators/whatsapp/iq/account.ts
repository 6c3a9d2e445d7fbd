import type { BinaryNode } from '@whiskeysockets/baileys'
import { child, children, el, unixSeconds } from '../node.ts'
import { type IqContext, IqError, type IqHandlers } from './iq.ts'

const PRIVACY = {
  readreceipts: 'all',
  profile: 'all',
  status: 'contacts',
  online: 'all',
  last: 'contacts',
  groupadd: 'all',
  calladd: 'all',
  messages: 'all',
}

/** The GraphQL questions about the account (lib/Types/Mex.js), by query id. */
const MEX: Readonly<Record<string, (world: IqContext['world']) => unknown>> = {
  '23983697327930364': ({ standing }) => ({ xwa2_fetch_account_reachout_timelock: standing.timelock }),
  '24503548349331633': ({ standing }) => ({ xwa2_message_capping_info: standing.capping }),
}

/** What a channel is: the form of whatsmeow types/newsletter.go. */
const CHANNEL = '6563316087068696'

const describeChannel = (content: BinaryNode['content'], { channels }: IqContext['world']): unknown => {
  const { variables } = JSON.parse(Buffer.from(content as Uint8Array).toString())
  const channel = channels.find(({ jid }) => jid === variables.input.key)
  if (variables.input.type !== 'JID' || !channel) throw new IqError(404, 'item-not-found')
  const name = { id: '1', text: channel.name, update_time: '1700000000000000' }
  return {
    xwa2_newsletter: {
      id: channel.jid,
      state: { type: 'ACTIVE' },
      thread_metadata: { name, verification: 'UNVERIFIED' },
    },
  }
}

/** Settings and housekeeping of the account. */
export const accountHandlers: IqHandlers = {
  'w:p get ping': () => [],
  'w:stats set add': () => [],
  'urn:xmpp:whatsapp:dirty set clean': () => [],
  'passive set passive': () => [],
  /** What follows from it is the server's. */
  'md set remove-companion-device': () => [],

  /** From here on the server delivers. */
  'passive set active': (_request, { companion, wire }) => {
    // The answer goes first: the handlers' caller sends it before the next stanza is handled.
    setImmediate(() => companion.queue.start(wire))
    return []
  },

  'abt get props': () => [el('props', { protocol: '1', ab_key: '0', hash: 'sim', refresh: '86400' })],
  'blocklist get': () => [el('list', { dhash: '0' })],

  'privacy get privacy': () => {
    const categories = Object.entries(PRIVACY).map(([name, value]) => el('category', { name, value }))
    return [el('privacy', {}, categories)]
  },

  'privacy set tokens': (request, { world }) => {
    const tokens = children(child(request, 'tokens'), 'token')
    const stranger = tokens.find(
      ({ attrs }) => !world.findContact(attrs['jid'] ?? '') && !world.isMe(attrs['jid'] ?? ''),
    )
    if (tokens.length === 0 || stranger) throw new IqError(400, 'bad-request')
    return []
  },

  'w:m set media_conn': (_request, { world }) => {
    const attrs = { auth: world.media.auth, ttl: '300', auth_ttl: '21600', max_buckets: '12', id: '1' }
    const hosts = [
      el('host', { hostname: world.media.host, type: 'primary', maxContentLengthBytes: '2147483648' }),
    ]
    return [el('media_conn', attrs, hosts)]
  },

  'w:mex get query': (request, { world }) => {
    const { attrs = {}, content } = child(request, 'query') ?? {}
    const query = attrs['query_id'] ?? ''
    const data = query === CHANNEL ? describeChannel(content, world) : MEX[query]?.(world)
    if (!data) throw new IqError(501, 'feature-not-implemented', `The GraphQL query "${query}" is unknown`)
    return [el('result', {}, Buffer.from(JSON.stringify({ data })))]
  },

  /** Pictures of groups; nobody here has one of their own. Form: lib/Socket/chats.js, whatsmeow user.go. */
  'w:profile:picture get picture': (request, { world }) => {
    const { type, query } = child(request, 'picture')?.attrs ?? {}
    if (query !== 'url' || (type !== 'image' && type !== 'preview')) throw new IqError(400, 'bad-request')
    const group = world.findGroup(request.attrs['target'] ?? '')
    if (group && !group.includesMe) throw new IqError(401, 'not-authorized')
    if (group?.icon === undefined) throw new IqError(404, 'item-not-found')
    const { id, url, directPath } = group.icon
    return [el('picture', { id, type, url, direct_path: directPath })]
  },

  'w:biz get business_profile': () => [el('business_profile', { v: '244', t: String(unixSeconds()) })],
}
