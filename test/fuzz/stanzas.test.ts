import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BinaryNode } from '@whiskeysockets/baileys'
import fc from 'fast-check'
import { until } from '../whatsapp/support.ts'
import { anyEncodedMessage } from './any-proto.ts'
import { anyBytes, anyText } from './any-text.ts'
import { planted } from './knowing-store.ts'
import { linkedToZoe, zoes } from './linked-to-zoe.ts'
import { least, runs } from './runs.ts'

/** Stanzas that the server may send at any time. Those by which it ends the link on purpose are no accident. */
const tags = [
  'message',
  'message',
  'message',
  'receipt',
  'notification',
  'call',
  'ack',
  'ib',
  'iq',
  'presence',
  'chatstate',
]
const children = [
  'enc',
  'enc',
  'enc',
  'plaintext',
  'unavailable',
  'retry',
  'keys',
  'registration',
  'participants',
  'user',
  'list',
  'item',
  'offer',
  'terminate',
  'relaylatency',
  'update',
  'collection',
  'patches',
  'devices',
  'add',
  'remove',
  'create',
  'group',
  'subject',
  'description',
  'ephemeral',
  'announcement',
  'count',
  'identity',
  'offline',
  'offline_preview',
  'dirty',
  'edge_routing',
  'result',
  'error',
  'set',
  'picture',
  'verified_name',
  'device-identity',
  'rmr',
  'encrypt',
  'bot',
]
const values = fc.oneof(
  fc.constantFrom(
    '900000000000002@lid',
    '15550000002@s.whatsapp.net',
    '900000000000002:9@lid',
    '120363000000000001@g.us',
    's.whatsapp.net',
    'status@broadcast',
    '1@newsletter',
    '1@bot',
    '1@call',
    'pkmsg',
    'msg',
    'skmsg',
    'msmsg',
    'plaintext',
    'text',
    'media',
    'peer',
    'retry',
    'read',
    'read-self',
    'inactive',
    'sender',
    'server-error',
    'hist_sync',
    'w:gp2',
    'encrypt',
    'devices',
    'picture',
    'account_sync',
    'server_sync',
    'mediaretry',
    'newsletter',
    'psa',
    'privacy_token',
    '0',
    '1',
    '2',
    '-1',
    '1790000000',
    '99999999999999999999',
    'result',
    'error',
    'set',
    'get',
    'offer',
    'view_once',
    'lid',
    'pn',
  ),
  anyText.map(text => text.slice(0, 2000)),
)
const names = fc.constantFrom(
  'id',
  'from',
  'to',
  'participant',
  'recipient',
  't',
  'type',
  'v',
  'count',
  'notify',
  'offline',
  'category',
  'addressing_mode',
  'sender_lid',
  'sender_pn',
  'participant_lid',
  'participant_pn',
  'peer_recipient_lid',
  'class',
  'error',
  'edit',
  'call-id',
  'call-creator',
  'jid',
  'lid',
  'name',
  'hash',
  'state',
  'link_code_pairing_ref',
  'stage',
  'xmlns',
  'decrypt-fail',
  'mediatype',
)
const anyAttrs = fc.dictionary(names, values, { maxKeys: 8 })

const { node: anyChild } = fc.letrec<{ node: BinaryNode }>(tie => ({
  node: fc.record({
    tag: fc.constantFrom(...children),
    attrs: anyAttrs,
    content: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      anyBytes,
      anyText.map(text => text.slice(0, 2000)),
      fc.array(tie('node'), { maxLength: 3 }),
    ),
  }),
}))

type Content = NonNullable<BinaryNode['content']>

/** Zoe among them: what comes in her name stands in her lane, before what she says behind it. */
const people = fc.constantFrom(
  '900000000000002@lid',
  '15550000002@s.whatsapp.net',
  '900000000000002:9@lid',
  `${zoes.lid}@lid`,
  `${zoes.phone}@s.whatsapp.net`,
)
const groups = fc.constantFrom('120363000000000001@g.us', '120363000000000002@g.us')
const anyContent = fc.oneof(fc.array(anyChild, { maxLength: 4 }), anyBytes)

const oneOf = (...types: readonly string[]) => fc.constantFrom(...types)
const of = (
  tag: string,
  attrs: Record<string, fc.Arbitrary<string>>,
  content: fc.Arbitrary<Content>,
): fc.Arbitrary<BinaryNode> =>
  fc.record({
    tag: fc.constant(tag),
    attrs: fc.record({ id: fc.uuid(), t: fc.constant('1790000000'), ...attrs }),
    content,
  })
const anyEnc = of('enc', { v: oneOf('1', '2', '3'), type: oneOf('pkmsg', 'msg', 'skmsg', 'msmsg') }, anyBytes)
const encs = fc.oneof(
  { arbitrary: fc.array(anyEnc, { minLength: 1, maxLength: 3 }), weight: 4 },
  { arbitrary: anyContent, weight: 1 },
)

const anyPost = fc.oneof(anyEncodedMessage, anyBytes)

/** Stanzas of a form that Baileys goes into, so that what is odd about them is met deep inside. */
const sound = fc.oneof(
  of(
    'message',
    {
      from: people,
      type: oneOf('text', 'media'),
      notify: fc.oneof(
        anyText.map(text => text.slice(0, 99)),
        fc.constant(planted),
      ),
    },
    encs,
  ),
  of('message', { from: groups, participant: people, type: oneOf('text') }, encs),
  of(
    'notification',
    { from: people, type: oneOf('encrypt', 'devices', 'picture', 'account_sync', 'mediaretry') },
    anyContent,
  ),
  of('notification', { from: groups, participant: people, type: oneOf('w:gp2') }, anyContent),
  of(
    'notification',
    { from: oneOf('s.whatsapp.net', '1@newsletter'), type: oneOf('server_sync', 'newsletter') },
    anyContent,
  ),
  of(
    'receipt',
    { from: people, type: oneOf('retry', 'read', 'delivery', 'sender', 'server-error') },
    anyContent,
  ),
  of(
    'notification',
    { from: oneOf('1@newsletter'), type: oneOf('newsletter') },
    fc.array(
      of('message', { server_id: fc.uuid() }, fc.array(of('plaintext', {}, anyPost), { maxLength: 2 })),
      {
        maxLength: 3,
      },
    ),
  ),
  of('call', { from: people }, anyContent),
  of('ib', { from: oneOf('s.whatsapp.net') }, anyContent),
)

const odd: fc.Arbitrary<BinaryNode> = fc.record({
  tag: fc.constantFrom(...tags),
  attrs: fc
    .tuple(
      anyAttrs,
      fc.record({ id: fc.string({ minLength: 1 }), from: values, type: values }, { requiredKeys: ['id'] }),
    )
    .map(([some, usual]) => ({ ...some, ...usual })),
  content: anyContent,
})

const anyStanza: fc.Arbitrary<BinaryNode> = fc.oneof(
  { arbitrary: sound, weight: 4 },
  // One that was sound until something in it was exchanged.
  {
    arbitrary: fc
      .tuple(sound, anyAttrs)
      .map(([node, attrs]) => ({ ...node, attrs: { ...node.attrs, ...attrs } })),
    weight: 3,
  },
  { arbitrary: odd, weight: 1 },
)

/** How many stanzas come before one that must arrive: a failure names them. */
const step = 10

test('no stanza ends the process, stalls what is behind it or makes a message of nothing', async context => {
  await using linked = await linkedToZoe('info')
  const { wa, sessions, log } = linked
  const { numRuns, seed } = runs(200)
  const stanzas = fc.sample(anyStanza, { numRuns, seed })
  const alive = async (behind: readonly BinaryNode[]): Promise<void> => {
    await linked.says(JSON.stringify(behind).slice(0, 20_000))
  }
  await alive([])
  for (const [index, stanza] of stanzas.entries()) {
    await until('a connection', () => wa.isLive)
    wa.inject(stanza)
    // One that ends the connection must not take those behind it along: each is to be met. It is read; then the end of it is here.
    await wa.heard()
    await wa.heard()
    if (index % step === step - 1) await alive(stanzas.slice(index - step + 1, index + 1))
  }
  await alive(stanzas.slice(-(stanzas.length % step)))
  context.diagnostic(`${stanzas.length} stanzas, ${log.lines.length} lines of log`)
  assert.ok(log.lines.length >= least(4), `only ${log.lines.length} lines were looked at`)
  linked.assertAllThere()
  const answered = wa.requests.filter(({ tag }) => tag === 'ack' || tag === 'receipt').length
  assert.ok(answered > numRuns / 3, `only ${answered} answers`)
  const keys = [...sessions.list('creds')].flatMap(({ value }) => value.match(/[A-Za-z0-9+/]{43}=/g) ?? [])
  assert.ok(keys.length > 3, 'the keys were found')
  assert.equal(log.leaks([planted, zoes.phone, zoes.lid, ...keys]), undefined)
  assert.deepEqual(
    log.lines.filter(line => line.includes('could not be stored')),
    [],
  )
})
