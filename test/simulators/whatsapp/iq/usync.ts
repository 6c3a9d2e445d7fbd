import type { BinaryNode } from '@whiskeysockets/baileys'
import { Contact } from '../contact.ts'
import { child, children, el, text, unixSeconds, withoutDevice } from '../node.ts'
import type { World } from '../world.ts'
import { type IqContext, IqError, type IqHandlers } from './iq.ts'

/** Questions about people: their devices, their LID, whether a number is on WhatsApp (lib/WAUSync). */
export const usyncHandlers: IqHandlers = {
  'usync get usync': (request, context) => {
    const usync = child(request, 'usync')
    const protocols = children(child(usync, 'query')).map(({ tag }) => tag)
    const users = children(child(usync, 'list'), 'user')
    if (protocols.length === 0 || users.length === 0) throw new IqError(400, 'bad-request')
    const unknown = protocols.find(protocol => !(protocol in PROTOCOLS))
    if (unknown !== undefined)
      throw new IqError(501, 'feature-not-implemented', `usync "${unknown}" is unknown`)
    const answers = users.map(user => answer(user, protocols, context))
    const { context: purpose, mode, sid } = usync?.attrs ?? {}
    const attrs = { context: purpose, mode, sid, last: 'true', index: '0' }
    const results = protocols.map(protocol => el(protocol))
    return [el('usync', attrs, [el('result', {}, results), el('list', {}, answers)])]
  },
}

interface Asked {
  jid: string
  person: { pn: string; lid: string } | undefined
  context: IqContext
}

const PROTOCOLS: Record<string, (asked: Asked) => BinaryNode | undefined> = {
  devices: ({ jid, person, context }) => (person ? devices(jid, person, context) : undefined),
  lid: ({ jid, person }) =>
    person && jid.endsWith('@s.whatsapp.net') && !isUnpaired(person)
      ? el('lid', { val: person.lid })
      : undefined,
  contact: ({ person }) => el('contact', { type: person ? 'in' : 'out' }),
  status: ({ person }) => (person ? el('status', { t: '0' }) : undefined),
  disappearing_mode: ({ person }) =>
    person ? el('disappearing_mode', { duration: '0', t: '0' }) : undefined,
  username: () => undefined,
}

function answer(user: BinaryNode, protocols: string[], context: IqContext): BinaryNode {
  const contact = child(user, 'contact')
  const number = contact?.content === undefined ? undefined : text(contact).replace(/\D/g, '')
  const jid = user.attrs['jid'] ?? (number === undefined ? '' : `${number}@s.whatsapp.net`)
  const asked = { jid, person: find(context.world, jid), context }
  const nodes = protocols.map(protocol => PROTOCOLS[protocol]?.(asked)).filter(node => node !== undefined)
  return el('user', { jid }, nodes)
}

function find(world: World, jid: string): { pn: string; lid: string } | undefined {
  return world.isMe(jid) ? world.account : world.findContact(withoutDevice(jid))
}

const isUnpaired = (person: { pn: string }): boolean => person instanceof Contact && person.pair === 'unknown'

function devices(
  jid: string,
  person: { pn: string; lid: string },
  { world, companion }: IqContext,
): BinaryNode {
  // Of numbers an account that has moved to LIDs has seen none (Baileys #2794).
  const isHidden = world.account.byNumber === 'no devices' && !world.isMe(jid) && !world.isReached(jid)
  if (isHidden || (person instanceof Contact && person.hasNoDevices))
    return el('devices', {}, [el('device-list')])
  const primary = el('device', { id: '0' })
  const linked = /:(\d+)@/.exec(companion.pn)?.[1]
  const own = person === world.account
  const beside = person instanceof Contact ? person.linked : []
  const list = own
    ? [primary, el('device', { id: linked, 'key-index': String(companion.keyIndex) })]
    : [
        primary,
        ...beside.map((_, index) => el('device', { id: `${index + 1}`, 'key-index': `${index + 1}` })),
      ]
  const keyIndexList = list.length > 1 ? [el('key-index-list', { ts: String(unixSeconds()) })] : []
  return el('devices', {}, [el('device-list', {}, list), ...keyIndexList])
}
