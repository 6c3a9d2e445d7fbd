import { Contact } from '../contact.ts'
import { bundleNodes, forgeBundle, spoil } from '../device-keys.ts'
import { bigEndian, child, children, deviceOf, el, unixSeconds } from '../node.ts'
import type { Keyless } from '../world.ts'
import { IqError, type IqHandlers } from './iq.ts'

const texts = { 500: 'internal-server-error', 503: 'service-unavailable' } as const

/** Prekeys: the companion's own, and those of the people it writes to. */
export const encryptHandlers: IqHandlers = {
  'encrypt get count': (_request, { companion }) => [el('count', { value: String(companion.keys.count) })],

  'encrypt get digest': (_request, { companion }) => {
    if (companion.keys.uploads === 0) throw new IqError(404, 'item-not-found')
    return [companion.keys.digest()]
  },

  'encrypt set registration': (request, { companion }) => {
    if (companion.refusedUploads > 0) {
      companion.refusedUploads -= 1
      const { refusal } = companion
      if (refusal === 'silence') return undefined
      if (refusal !== 'close') throw new IqError(refusal, texts[refusal])
      companion.wire?.close()
      return []
    }
    companion.keys.upload(request)
    return []
  },

  'encrypt set rotate': (request, { companion }) => {
    companion.keys.rotate(request)
    return []
  },

  'encrypt get key': (request, { world, companion }) => {
    const users = children(child(request, 'key'), 'user')
    if (users.length === 0) throw new IqError(400, 'bad-request')
    const t = String(unixSeconds())
    const keylessness = (jid: string): Keyless | undefined => {
      const person = world.findContact(jid) ?? (world.isMe(jid) ? world.phone : undefined)
      const keyless = person && world.keyless.get(person)
      return (keyless?.device ?? deviceOf(jid)) === deviceOf(jid) ? keyless : undefined
    }
    // Of whom it is does not stand in it (whatsapp-rust, src/client/sessions.rs, `is_device_unregistered`).
    if (users.some(({ attrs: { jid = '' } }) => keylessness(jid)?.refuses === 'query'))
      throw new IqError(406, 'not-acceptable', 'A device is gone', { everyday: true })
    const answers = users.map(({ attrs: { jid = '' } }) => {
      const person = world.findContact(jid) ?? (world.isMe(jid) ? world.phone : undefined)
      const isCompanion = jid === companion.pn || jid === companion.lid
      const isKeyless = keylessness(jid) !== undefined
      const handset = person instanceof Contact ? person.handsetAt(jid) : person?.handset
      const isUnknown = deviceOf(jid) !== 0 && !isCompanion && !(person instanceof Contact)
      if (!person || !handset || isKeyless || isUnknown) {
        return el('user', { jid }, [el('error', { code: '406', text: 'not-acceptable' })])
      }
      const own = isCompanion ? companion.keys.bundle() : handset.device.bundle()
      const bundle = world.forgedBundles.has(person) ? forgeBundle(own) : own
      const registration = el('registration', {}, bigEndian(bundle.registrationId, 4))
      const nodes = [registration, ...bundleNodes(bundle)]
      const spoilt = world.spoiltBundles.get(person)
      return el('user', { jid, t }, spoilt ? spoil(nodes, spoilt) : nodes)
    })
    return [el('list', {}, answers)]
  },
}
