import { type BinaryNode, generateParticipantHashV2, type proto } from '@whiskeysockets/baileys'
import type { Companion } from './companion.ts'
import { Contact } from './contact.ts'
import type { EncPayload } from './contact-device.ts'
import type { Group } from './group.ts'
import { bytes, child, children, deviceOf, el, withDevice, withoutDevice } from './node.ts'
import { albumOf } from './phone-albums.ts'
import { describeNode } from './record.ts'
import type { World } from './world.ts'

/** What the server does with the sends of the companion, one after the other; `undefined` is the normal course. */
export type SendFault =
  /** `<ack error/>`, nothing is delivered, or all the same. */
  | { kind: 'refuse'; code: number; delivered: boolean }
  /** Delivered, but the connection breaks before the ack. */
  | { kind: 'cut-before-ack' }
  /** The connection breaks before anything is delivered. */
  | { kind: 'cut-before-delivery' }

/** A copy for one phone. */
interface Copy {
  to: string
  encs: EncPayload[]
}

class Refusal extends Error {
  readonly code: number
  /** A client could not know better: nothing to be surprised at. */
  readonly everyday: boolean

  constructor(code: number, message: string, { everyday = false } = {}) {
    super(message)
    this.code = code
    this.everyday = everyday
  }
}

/**
 * Checks and delivers a `<message>` of the companion. Returns the `<ack>` for it: refusals carry the server's error, 479
 * for a stanza that does not add up, 404 and 403 for groups, and for private messages what `checkAddress` says.
 */
export async function acceptMessage(
  node: BinaryNode,
  { world, companion }: { world: World; companion: Companion },
): Promise<{ ack: BinaryNode; deliver: () => Promise<void> }> {
  const { id, to } = node.attrs
  try {
    if (!id || !to) throw new Refusal(479, 'id or to is missing')
    checkAgain(node)
    const group = to.endsWith('@g.us') ? checkGroup(world, node, to) : undefined
    const copies = group ? groupCopies(node, group, { world, companion }) : privateCopies(node, to, world)
    const { edit, recipient } = node.attrs
    const meta = child(node, 'meta')?.attrs ?? {}
    const deliver = () =>
      deliverCopies({
        id,
        to: recipient ?? to,
        copies,
        world,
        companion,
        edit,
        meta,
        ...(group && { group }),
      })
    const phash = group ? undefined : listHash(copies, to, world)
    return { ack: el('ack', { class: 'message', id, from: to, phash }), deliver }
  } catch (error) {
    const { code, everyday } = error instanceof Refusal ? error : { code: 479, everyday: false }
    if (!everyday)
      world.record.surprise(`Message refused (${code}): ${String(error)} in ${describeNode(node)}`)
    return { ack: refusal(node, code), deliver: async () => undefined }
  }
}

export function refusal({ attrs: { id, to } }: BinaryNode, code: number): BinaryNode {
  return el('ack', { class: 'message', id, from: to, error: String(code) })
}

/**
 * What is sent again because a device could not read it (`count`) is for that device alone: wrapped as for many it is
 * refused (whatsapp-rust, wacore/src/send, `prepare_dm_retry_stanza`).
 */
function checkAgain(node: BinaryNode): void {
  const isAgain = children(node, 'enc').some(enc => enc.attrs['count'] !== undefined)
  if (isAgain && child(node, 'participants')) throw new Refusal(479, 'it is again, and wrapped as for many')
}

function checkGroup(world: World, node: BinaryNode, jid: string): Group {
  const group = world.findGroup(jid)
  if (!group) throw new Refusal(404, 'there is no such group')
  if (!group.includesMe) throw new Refusal(403, 'the account is not a member')
  if (group.announce && !group.isAdmin('me')) throw new Refusal(403, 'only admins may write')
  if (node.attrs['addressing_mode'] !== group.addressing) {
    throw new Refusal(421, `the group is addressed by "${group.addressing}"`)
  }
  return group
}

/** Every member gets the `skmsg`, and before it the sender key where one is in the stanza for it. */
function groupCopies(
  node: BinaryNode,
  group: Group,
  { world, companion }: { world: World; companion: Companion },
): Copy[] {
  const { participant } = node.attrs
  if (participant) return [{ to: participant, encs: encs(node) }]
  const [shared] = encs(node).filter(({ type }) => type === 'skmsg')
  if (!shared) throw new Refusal(479, 'there is no skmsg for the group')
  const keys = new Map<string, EncPayload[]>()
  for (const { to, encs } of participants(node)) {
    // In a group addressed by LID Baileys does not know itself (`extractDeviceJids` compares a user with an address)
    // and sends itself its own sender key. Nobody is hurt.
    if (to === companion.lid || to === companion.pn) continue
    keys.set(to, encs)
  }
  const members = [world.account, ...group.participants].flatMap(person => {
    const linked = person instanceof Contact ? person.linked.length : 0
    return Array.from({ length: linked + 1 }, (_, device) => withDevice(group.addressOf(person), device))
  })
  for (const to of keys.keys()) {
    if (!members.includes(to)) throw new Refusal(479, `"${to}" is no device of a member of the group`)
  }
  return members.map(to => ({ to, encs: [...(keys.get(to) ?? []), shared] }))
}

/**
 * By which address people are reached is a property of the account (whatsapp-rust #943): one that has not moved to LIDs gets 400 for
 * each of them, one that has gets 463 for numbers (OpenWA #717). In one stanza all are addressed alike (whatsapp-rust #636, #730).
 */
function checkAddress(world: World, to: string, copies: readonly Copy[]): void {
  if (!world.isReached(to)) {
    // Only the refusal tells.
    if (to.endsWith('@lid')) throw new Refusal(400, 'the account has not moved to LIDs', { everyday: true })
    const isForNobody = copies.every(copy => world.isMe(copy.to))
    if (world.account.byNumber === 'refused' || !isForNobody)
      throw new Refusal(463, `"${to}" is reached by a LID`)
  }
  if (copies.some(copy => copy.to.endsWith('@lid') !== to.endsWith('@lid')))
    throw new Refusal(400, 'its addresses are of both kinds')
}

/** Also of what goes again (zapo, src/client/coordinators/WaRetryCoordinator.ts). */
function checkToken(world: World, node: BinaryNode, to: string): void {
  if (!world.account.needsTokens || world.isMe(to)) return
  const token = child(node, 'tctoken')
  if (token === undefined || !world.findContact(to)?.token?.equals(bytes(token)))
    throw new Refusal(463, 'it lacks the token of this chat', { everyday: true })
}

/** A copy for the other person's phone and one for the own; a single `<enc>` when it is for one device alone. */
function privateCopies(node: BinaryNode, to: string, world: World): Copy[] {
  const person = withoutDevice(to)
  if (!world.isMe(person) && !world.findContact(person))
    throw new Refusal(479, `nobody has the address "${to}"`)
  const direct = encs(node)
  if (direct.length > 0) {
    const { recipient, category } = node.attrs
    if (world.isMe(person) && recipient === undefined && category !== 'peer')
      throw new Refusal(479, 'it does not say of which chat it is')
    if (category !== 'peer') checkToken(world, node, person)
    return [{ to, encs: direct }]
  }
  const copies = participants(node)
  if (copies.length === 0) throw new Refusal(479, 'there is nothing in it')
  for (const copy of copies) {
    const isHers = withoutDevice(copy.to) === person && world.findContact(person)?.handsetAt(copy.to)
    if (!isHers && !(world.isMe(copy.to) && deviceOf(copy.to) === 0))
      throw new Refusal(479, `"${copy.to}" has no business in this chat`)
  }
  checkAddress(world, person, copies)
  const number = node.attrs['peer_recipient_pn']
  if (number !== undefined && (!person.endsWith('@lid') || !world.isOne(person, number)))
    throw new Refusal(479, `"${number}" is not the number of "${person}"`)
  // Acknowledged like any other (`test/simulators/whatsapp/README.md`): nobody tells the client.
  if (!copies.some(copy => withoutDevice(copy.to) === person))
    world.record.problem(`There was nothing for "${to}" in "${node.attrs['id']}"`)
  checkToken(world, node, person)
  return copies
}

/**
 * What the ack says of the devices in a private chat: only where somebody's were left out, or (`hashesAll`) in any case. The
 * message goes to those alone that it was encrypted for (whatsmeow #1190, whatsapp-rust #494).
 */
function listHash(copies: Copy[], to: string, world: World): string | undefined {
  const contact = world.findContact(withoutDevice(to))
  if (!contact || to !== withoutDevice(to)) return undefined
  const hers = Array.from({ length: contact.linked.length + 1 }, (_, device) => withDevice(to, device))
  const mine = to.endsWith('@lid') ? world.account.lid : world.account.pn
  const isOld = hers.some(device => !copies.some(copy => copy.to === device))
  return isOld || world.hashesAll ? generateParticipantHashV2([mine, ...hers]) : undefined
}

async function deliverCopies(delivery: {
  id: string
  to: string
  copies: Copy[]
  world: World
  companion: Companion
  edit: string | undefined
  meta: Readonly<Record<string, string>>
  group?: Group
}): Promise<void> {
  const { id, to, copies, world, companion, edit, meta, group } = delivery
  for (const copy of copies) {
    const from = copy.to.endsWith('@lid') ? companion.lid : companion.pn
    const contact = world.findContact(copy.to)
    const receiver = contact ?? world.phone
    const chat = group ? group.jid : withoutDevice(to)
    const before = receiver.inbox.length
    const incoming = { id, chat, from, encs: copy.encs, edit, meta, ...(group && { group }) }
    await receiver.accept(incoming, copy.to)
    const news = receiver.inbox.slice(before).at(-1)
    if (news && contact) {
      const room = group ? group.jid : contact.lid
      const timestamp = world.seconds()
      const { message, shown } = news
      const author = world.account.lid
      const album = findAlbum(message, { id, chat, room, world })
      const line = { chat: room, from: 'bridge', author, id, message, timestamp }
      world.tell({ ...line, ...(shown && { shown }), ...(album !== undefined && { album }) })
    }
  }
}

/** What does not fit into its album is a surprise, and shown by itself. */
function findAlbum(
  message: proto.IMessage,
  { id, chat, room, world }: { id: string; chat: string; room: string; world: World },
): string | undefined {
  const lines = world.transcript.filter(line => line.chat === room && line.id !== id)
  try {
    return albumOf(message, { chat, lines })
  } catch (error) {
    world.record.surprise(`Phones do not show "${id}" in its album: ${String(error)}`)
    return undefined
  }
}

function participants(node: BinaryNode): Copy[] {
  return children(child(node, 'participants'), 'to').map(to => ({
    to: to.attrs['jid'] ?? '',
    encs: encs(to),
  }))
}

function encs(node: BinaryNode): EncPayload[] {
  return children(node, 'enc').map(enc => {
    const { type, v } = enc.attrs
    if (v !== '2') throw new Refusal(479, `enc has version "${v}"`)
    if (type !== 'pkmsg' && type !== 'msg' && type !== 'skmsg')
      throw new Refusal(479, `enc has type "${type}"`)
    return { type, ciphertext: bytes(enc) }
  })
}
