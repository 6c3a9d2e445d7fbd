import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { before, test } from 'node:test'
import type { BinaryNode } from '@whiskeysockets/baileys'
import type { PollContent } from '../../../src/bridge/content.ts'
import type { Content } from '../../../src/bridge/event.ts'
import { plainText } from '../../../src/bridge/rich-text.ts'
import { files } from '../../simulators/samples.ts'
import { trustTestCa } from '../../simulators/whatsapp/media-server.ts'
import { until } from '../support.ts'
import { changeOf, lastSent, type What, words } from './changes.ts'
import { Linked } from './linked.ts'
import { file } from './send/delivery.ts'

before(trustTestCa)

const vcard = 'BEGIN:VCARD\nVERSION:3.0\nFN:Dr. Roth\nTEL:+15550000077\nEND:VCARD'
const place = { latitude: 52.5163, longitude: 13.3777 }
const poll: PollContent = { kind: 'poll', question: 'Where?', options: ['Here', 'There'], choices: 1 }

const contents: readonly (readonly [Content, Buffer?])[] = [
  [{ kind: 'text', body: plainText('hello') }],
  [file('image', { width: 640, height: 480 }, 'The lake'), files.photo()],
  [file('video', { width: 640, height: 360, seconds: 12 }), files.film()],
  [file('animation', { width: 320, height: 240, seconds: 2 }), files.film()],
  [file('video-note', { width: 384, height: 384, seconds: 8 }), files.film()],
  [file('voice', { mimeType: 'audio/ogg', seconds: 3 }), files.voice()],
  [file('audio', { mimeType: 'audio/mpeg', seconds: 200 }), files.song()],
  [file('document', { mimeType: 'application/pdf', fileName: 'a.pdf' }), files.pdf()],
  [file('sticker', { mimeType: 'image/webp', width: 512, height: 512 }), files.sticker()],
  [{ kind: 'location', ...place }],
  [{ kind: 'contacts', contacts: [{ name: 'Dr. Roth', phones: ['+15550000077'], vcard }] }],
  [poll],
]

const changes: readonly What[] = [
  { kind: 'reaction', emoji: '👍' },
  { kind: 'reaction', emoji: '' },
  { kind: 'pin', pinned: true },
]

const childrenOf = ({ content }: BinaryNode): readonly BinaryNode[] => (Array.isArray(content) ? content : [])

const withTag = (node: BinaryNode, tag: string): BinaryNode[] => [
  ...(node.tag === tag ? [node] : []),
  ...childrenOf(node).flatMap(child => withTag(child, tag)),
]

/** What servers and phones see of a message without opening it. */
const outside = (node: BinaryNode) => ({
  type: node.attrs['type'],
  edit: node.attrs['edit'],
  mode: node.attrs['addressing_mode'],
  meta: withTag(node, 'meta').map(({ attrs }) => attrs),
  media: new Set(withTag(node, 'enc').flatMap(({ attrs }) => attrs['mediatype'] ?? [])),
  unread: new Set(withTag(node, 'enc').flatMap(({ attrs }) => attrs['decrypt-fail'] ?? [])),
})

for (const where of ['in private', 'in a group', 'in a group addressed by numbers'] as const)
  test(`What a phone asks for again has on its outside what it had before, ${where}`, async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const alice = wa.addContact({ name: 'Alice' })
    const addressing = where === 'in a group addressed by numbers' ? 'pn' : 'lid'
    const group = wa.addGroup({ subject: 'Class', participants: [alice], addressing })
    const to = where === 'in private' ? undefined : group
    const chat = `whatsapp:${to?.jid ?? alice.lid}` as const
    for (const [content, bytes] of contents)
      await linked.deliver(content, { chat, openMedia: async () => Readable.from(bytes ? [bytes] : []) })
    const ownPoll = lastSent(linked)
    await until('all of them', () => alice.inbox.length === contents.length)
    const vote: What = { kind: 'vote', choice: [1] }
    await linked.connection.change(changeOf(linked, vote, { chat, parts: [ownPoll], content: poll }))
    await linked.deliver('helo', { chat })
    const parts = [lastSent(linked)]
    await until('the last one', () => alice.inbox.length === contents.length + 1)
    for (const what of [words('hello'), ...changes])
      await linked.connection.change(changeOf(linked, what, { chat, parts }))
    await linked.deliver('regretted', { chat })
    const regretted = lastSent(linked)
    const deletion: What = { kind: 'deletion', by: 'author' }
    await linked.connection.change(changeOf(linked, deletion, { chat, parts: [regretted] }))
    await until('all changes', () => wa.changes.length === changes.length + 3)

    const copiesBefore = wa.changes.map(({ copies }) => copies)
    const stanzas = (id?: string) =>
      wa.requests.filter(({ tag, attrs }) => tag === 'message' && (id === undefined || attrs['id'] === id))
    // What was taken back does not go again.
    const first = stanzas().filter(({ attrs }) => attrs['id'] !== regretted.id)
    assert.equal(first.length, contents.length + changes.length + 4)
    for (const node of first) {
      const { id = '' } = node.attrs
      alice.askAgain(id, to)
      const again = await until('it again', () => stanzas(id)[1])
      assert.deepEqual(outside(again), outside(node))
    }
    await until('all acks', () => wa.pending.length === 0)
    assert.ok(alice.inbox.every(({ id, copies }) => copies === (id === regretted.id ? 1 : 2)))
    assert.deepEqual(
      wa.changes.map(({ copies }) => copies),
      copiesBefore.map(copies => copies + 1),
    )
    wa.assertNoSurprises()
  })
