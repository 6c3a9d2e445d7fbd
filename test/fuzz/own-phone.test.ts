import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import fc from 'fast-check'
import { chatRef } from '../../src/bridge/chat-ref.ts'
import type { WhatsAppSimulator } from '../simulators/whatsapp/index.ts'
import { trustTestCa } from '../simulators/whatsapp/media-server.ts'
import { rawMessage } from '../simulators/whatsapp/polls.ts'
import { until } from '../whatsapp/support.ts'
import { anyHistory } from './any-history.ts'
import { anyPatch } from './any-patch.ts'
import { anyOfType, encodeAs, orSpoilt } from './any-proto.ts'
import { bugsIn, planted } from './knowing-store.ts'
import { linkedToZoe, zoes } from './linked-to-zoe.ts'
import { least, runs } from './runs.ts'

before(trustTestCa)

const { Type } = proto.Message.ProtocolMessage

/** What only the own phone may say: keys of the app state, addresses that have moved, answers to what it was asked. */
const anyWord = fc
  .tuple(
    anyOfType('Message.ProtocolMessage', 4),
    fc.constantFrom(
      Type.APP_STATE_SYNC_KEY_SHARE,
      Type.LID_MIGRATION_MAPPING_SYNC,
      Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      Type.APP_STATE_SYNC_KEY_REQUEST,
      Type.APP_STATE_FATAL_EXCEPTION_NOTIFICATION,
      Type.INITIAL_SECURITY_NOTIFICATION_SETTING_SYNC,
    ),
  )
  .chain(([odd, type]) =>
    orSpoilt(fc.constant(encodeAs('Message', { protocolMessage: { ...odd, type } }))).map(bytes => ({
      kind: 'word' as const,
      bytes,
    })),
  )

const anyInput = fc.oneof(
  { arbitrary: anyHistory, weight: 4 },
  { arbitrary: anyPatch, weight: 4 },
  { arbitrary: anyWord, weight: 1 },
)
type Input = typeof anyInput extends fc.Arbitrary<infer T> ? T : never

const tell = async (wa: WhatsAppSimulator, input: Input): Promise<void> => {
  if (input.kind === 'patch') {
    const { name, mutations, flip } = input
    const spoil = flip === undefined ? undefined : (patch: Buffer) => flipped(patch, flip)
    wa.phone.shares(name, mutations, spoil)
    return
  }
  if (input.kind === 'word') return await wa.phone.tellCompanion(rawMessage(input.bytes))
  const { packed, travels, notification, fault } = input
  const asFile = travels === 'file' || travels === 'both'
  const isInline = travels === 'inline' || travels === 'both'
  const file = asFile ? await wa.media.put(packed, 'md-msg-hist') : undefined
  if (file && fault) wa.media.fault(file, fault)
  const historySyncNotification = {
    ...notification,
    ...file,
    ...(isInline && { initialHistBootstrapInlinePayload: packed }),
  }
  const type = Type.HISTORY_SYNC_NOTIFICATION
  const bytes = encodeAs('Message', { protocolMessage: { type, historySyncNotification } })
  await wa.phone.tellCompanion(rawMessage(bytes))
}

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy.writeUInt8(copy.readUInt8(at % copy.length) ^ 1, at % copy.length)
  return copy
}

/** How much comes before what must arrive: a failure names it. */
const step = 10

/** What of the inputs a failure shows. */
const show = (inputs: readonly Input[]): string =>
  JSON.stringify(inputs, (_key, value: unknown) => {
    const { data } = (value ?? {}) as { data?: unknown }
    return Array.isArray(data) ? Buffer.from(data).toString('base64') : value
  }).slice(0, 20_000)

test('whatever the own phone tells of the past and of its settings, messages and names behind it arrive', async t => {
  await using linked = await linkedToZoe('debug')
  const { wa, store, log } = linked
  const yan = wa.addContact({ name: 'Yan', phone: '15550884422', lid: '900000000884422' })
  const { numRuns, seed } = runs(300)
  const inputs = fc.sample(anyInput, { numRuns, seed })
  const alive = async (behind: readonly Input[]): Promise<void> => {
    const count = await linked.says(show(behind))
    wa.phone.saves(yan, `Yan ${count}`)
    const isNamed = () => store.chats.get(chatRef('whatsapp', yan.lid))?.name === `Yan ${count}`
    await until(`name ${count} behind ${show(behind)}`, isNamed)
  }
  const logins = wa.logins.length
  await alive([])
  for (let at = 0; at < inputs.length; at += step) {
    const some = inputs.slice(at, at + step)
    for (const input of some) await tell(wa, input)
    await alive(some)
  }
  const chats = store.chats.list().length
  t.diagnostic(`${inputs.length} inputs, ${log.lines.length} lines of log, ${chats} chats`)
  linked.assertAllThere()
  assert.equal(wa.logins.length, logins, 'nothing of it ended a connection')
  assert.ok(chats >= Math.min(30, least(30)), `only ${chats} chats were told of`)
  assert.ok(log.lines.length >= least(200), `only ${log.lines.length} lines were looked at`)
  assert.deepEqual(bugsIn(log.lines), [])
  assert.equal(log.leaks([planted, zoes.phone, zoes.lid]), undefined)
})
