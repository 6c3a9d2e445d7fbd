import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { proto } from '@whiskeysockets/baileys'
import { eventSchema } from '../../../src/bridge/event.ts'
import { parseMessage } from '../../../src/whatsapp/baileys/parse.ts'
import { recordingLog } from '../../fuzz/knowing-store.ts'
import { historyMessage } from '../../simulators/whatsapp/history-sync.ts'
import { rawMessage } from '../../simulators/whatsapp/polls.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'
import { context, MEDIA, web } from './parsing.ts'

const nested = (depth: number): proto.IMessage => {
  let message: proto.IMessage = { conversation: 'deep' }
  for (let at = 0; at < depth; at += 1) message = { ephemeralMessage: { message } }
  return message
}

const jids = Array.from({ length: 10_000 }, (_, index) => `9${String(index).padStart(14, '0')}@lid`)

const hostile: Record<string, proto.IMessage> = {
  'a million characters': { conversation: 'x'.repeat(1_000_000) },
  'a million markers': { conversation: '*_~`'.repeat(250_000) },
  'ten thousand mentions': {
    extendedTextMessage: {
      text: jids.map(jid => `@${jid.split('@')[0]}`).join(' '),
      contextInfo: { mentionedJid: jids },
    },
  },
  'a card of a million lines': {
    contactMessage: {
      displayName: 'x',
      vcard: `BEGIN:VCARD\n${'TEL:+1\n'.repeat(200_000)}${' x\r\n'.repeat(200_000)}`,
    },
  },
  'ten thousand contacts': {
    contactsArrayMessage: {
      contacts: Array.from({ length: 10_000 }, (_, index) => ({
        displayName: `c${index}`,
        vcard: 'TEL:+1',
      })),
    },
  },
  'wrappers a hundred deep': nested(100),
  'edits of edits': {
    protocolMessage: {
      key: { id: 'T' },
      type: 14,
      editedMessage: {
        protocolMessage: { key: { id: 'T' }, type: 14, editedMessage: { conversation: 'x' } },
      },
    },
  },
  'a file of no bytes': { documentMessage: { ...MEDIA, fileLength: 0, fileName: '../../etc/passwd' } },
  'a type that lies': {
    imageMessage: { ...MEDIA, mimetype: 'text/html;\r\nx-evil: 1', width: 4e9, height: 4e9 },
  },
  'a preview of a megabyte': { imageMessage: { ...MEDIA, jpegThumbnail: Buffer.alloc(1_000_000, 1) } },
  'buttons of hostile JSON': {
    interactiveMessage: {
      body: { text: 'x' },
      nativeFlowMessage: {
        buttons: Array.from({ length: 1000 }, () => ({
          name: 'single_select',
          buttonParamsJson: `{"sections":[${'{"rows":[{"title":"x"}]},'.repeat(250)}{}]}`,
        })),
      },
    },
  },
  'a poll of ten thousand options': {
    pollCreationMessage: {
      name: 'x'.repeat(100_000),
      options: Array.from({ length: 10_000 }, (_, index) => ({ optionName: `o${index}` })),
    },
  },
  'a reaction that is a book': { reactionMessage: { key: { id: 'T' }, text: 'x'.repeat(1_000_000) } },
}

for (const [name, message] of Object.entries(hostile)) {
  test(`Of ${name} becomes an event or a reason, soon`, () => {
    const received = web(message)
    const began = process.cpuUsage()
    const { arrivals, ignored } = parseMessage(received, context)
    const took = process.cpuUsage(began).user / 1000
    assert.ok(arrivals.length === 1 || (ignored ?? '').length > 3)
    for (const { event, raw = '' } of arrivals) {
      eventSchema.parse(JSON.parse(JSON.stringify(event)))
      assert.ok(raw.length < 100_000, `${raw.length} bytes are kept for a quote`)
    }
    // Not a benchmark: what takes seconds on any machine would stop the bridge for everybody.
    assert.ok(took < 5000, `${Math.round(took)} ms`)
  })
}

test('Whatever comes, the next message arrives', async () => {
  await using linked = await Linked.started()
  const alice = linked.wa.addContact({ name: 'Alice' })
  for (const message of Object.values(hostile)) await alice.send(message)
  await alice.send('and on')
  await until('the last', () => linked.bridge.said.includes('and on'))
  // A type that this Baileys has never heard of, as a later one would write it.
  const future = { protocolMessage: { key: { id: 'T' }, type: 999 as proto.Message.ProtocolMessage.Type } }
  await alice.send(future)
  await alice.send('still here')
  await until('one more', () => linked.bridge.said.includes('still here'))
  linked.wa.assertNoSurprises()
})

test('What is no message at all leaves a placeholder, and one line in the log, however often it comes', async () => {
  const log = await recordingLog('info')
  await using linked = await Linked.started({ logger: log.logger })
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const team = wa.addGroup({ subject: 'Team', participants: [alice] })
  const asked = () => wa.requests.filter(({ attrs }) => attrs['type'] === 'retry').length
  for (const [index, to] of [undefined, team].entries()) {
    const before = asked()
    await alice.send(rawMessage(Buffer.from('0a', 'hex')), to ? { to } : {})
    // It is asked for again, and comes again.
    await until('it once more', () => asked() > before + 1)
    await alice.send(`behind it ${index}`, to ? { to } : {})
    await until('what is behind it', () => bridge.said.includes(`behind it ${index}`))
  }
  assert.equal(bridge.said.filter(words => /could not be read/.test(words)).length, 2)
  const lines = log.lines.filter(line => line.includes('could not be read'))
  assert.equal(lines.length, 2, log.lines.join('\n'))
})

test('Whoever is called as objects call what they come from becomes a field of none', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const before = Object.keys(Object.getOwnPropertyDescriptors(Object.prototype))
  try {
    const value = { contactAction: { fullName: 'Mallory', lidJid: '900000000000666@lid' } }
    for (const index of ['__proto__', '900000000000667@lid'])
      wa.phone.shares('critical_unblock_low', [{ index: ['contact', index], value, version: 2 }])
    wa.phone.shares('regular', [
      { index: ['mute', '__proto__'], value: { muteAction: { muted: true } }, version: 2 },
    ])
    await alice.send('behind it')
    await until('the message', () => bridge.said.includes('behind it'))
    await until('the name', () => bridge.known.some(({ chat }) => chat.includes('900000000000667')))
    const added = Object.keys(Object.getOwnPropertyDescriptors(Object.prototype)).filter(
      name => !before.includes(name),
    )
    assert.deepEqual(added, [])
  } finally {
    for (const name of ['id', 'name', 'lid', 'phoneNumber', 'username', 'muteEndTime', 'conditional'])
      Reflect.deleteProperty(Object.prototype, name)
  }
})

test('A name that the phone saved is learned whatever stands beside it in the same answer', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const named = (name: string) => ({ contactAction: { fullName: name } })
  const odd: readonly [index: unknown, value: proto.ISyncActionValue][] = [
    [7, { muteAction: { muted: true } }],
    [null, { starAction: { starred: true } }],
    [{ 0: 'mute' }, { pinAction: { pinned: true } }],
    ['mute', { archiveChatAction: { archived: true } }],
    [['contact', 7], named('Seven')],
    [['mute', null], { muteAction: { muted: true, muteEndTimestamp: 7 } }],
    [['star', {}, 7, true], { starAction: { starred: true } }],
    [[], { lockChatAction: { locked: true } }],
  ]
  wa.phone.shares('critical_unblock_low', [
    ...odd.map(([index, value]) => ({ index, value, version: 2 })),
    { index: ['contact', alice.lid], value: named('Alice Smith'), version: 2 },
  ])
  await alice.send('behind it')
  await until('the message', () => bridge.said.includes('behind it'))
  await until('the name', () => bridge.known.some(({ name }) => name === 'Alice Smith'))
})

test('A group of which the past says that it is somebody stays a chat of its own', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const team = wa.addGroup({ subject: 'Team', participants: [alice] })
  const conversations = [
    { jid: team.jid, name: 'Of old', lid: alice.lid },
    { jid: 'status@broadcast', name: 'Of old', pn: alice.pn },
  ]
  await wa.phone.tellCompanion(historyMessage({ type: 'RECENT', conversations }))
  const told = () => bridge.known.filter(({ name }) => name === 'Of old')
  await until('both', () => told().length === 2)
  assert.deepEqual(
    told().flatMap(({ aliases = [] }) => aliases),
    [],
  )
})
