import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { proto } from '@whiskeysockets/baileys'
import fc from 'fast-check'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { trustTestCa } from '../simulators/whatsapp/media-server.ts'
import { rawMessage } from '../simulators/whatsapp/polls.ts'
import { until } from '../whatsapp/support.ts'
import { anyFile } from './any-file.ts'
import { anyEncodedMessage, anyFileMessage } from './any-proto.ts'
import { anyText } from './any-text.ts'
import { bugsIn, planted, recordingLog, targetId } from './knowing-store.ts'
import { least, runs } from './runs.ts'
import { openWholeWay } from './whole-way.ts'

before(trustTestCa)

const { MESSAGE_EDIT, REVOKE } = proto.Message.ProtocolMessage.Type
const { PIN_FOR_ALL, UNPIN_FOR_ALL } = proto.Message.PinInChatMessage.Type

const decode = (bytes: Uint8Array): proto.IMessage | undefined => {
  try {
    return proto.Message.decode(bytes)
  } catch {
    return undefined
  }
}

/** Changes of a message by whoever wrote it, of which what they claim is made up. */
const anyChange: fc.Arbitrary<proto.IMessage> = fc.oneof(
  fc.record({ text: fc.oneof(fc.constantFrom('👍', '🎉', ''), anyText) }).map(({ text }) => ({
    reactionMessage: { key: {}, text, senderTimestampMs: Date.now() },
  })),
  fc
    .oneof(
      anyText.map(conversation => ({ conversation })),
      anyEncodedMessage.map(decode),
    )
    .map(inner => ({
      protocolMessage: {
        key: {},
        type: MESSAGE_EDIT,
        timestampMs: Date.now(),
        ...(inner && { editedMessage: inner }),
      },
    })),
  fc.constant({ protocolMessage: { key: {}, type: REVOKE } }),
  fc.constantFrom(PIN_FOR_ALL, UNPIN_FOR_ALL).map(type => ({
    pinInChatMessage: { key: {}, type, senderTimestampMs: Date.now() },
  })),
)

const anyInput = fc.record({
  message: fc.oneof(
    { arbitrary: anyEncodedMessage.map(bytes => ({ bytes })), weight: 2 },
    { arbitrary: anyChange.map(change => ({ change })), weight: 1 },
    { arbitrary: fc.record({ file: anyFileMessage, content: anyFile }), weight: 1 },
  ),
  aims: fc.boolean(),
  inGroup: fc.boolean(),
})

/** Everything in it that names another message names this one. */
const aimed = (message: proto.IMessage, id: string): Uint8Array => {
  const aim = (value: unknown): void => {
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return
    if (value instanceof proto.MessageKey) Object.assign(value, { id, fromMe: true })
    for (const each of Object.values(value)) aim(each)
  }
  const copy = proto.Message.decode(proto.Message.encode(message).finish())
  aim(copy)
  return proto.Message.encode(copy).finish()
}

/** How many messages come before one that must arrive: a failure names them. */
const step = 10

test('whatever a phone sends, WhatsApp and Telegram go on, what is behind it arrives, and Telegram is asked for nothing that it refuses', async t => {
  const log = await recordingLog('info')
  await using tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  tg.addPrivateChat(owner)
  const botRights = { can_pin_messages: true, can_delete_messages: true }
  const [home, club] = ['A', 'B'].map(title => tg.addSupergroup({ title, members: [owner], botRights }))
  assert.ok(home && club)
  await using way = await openWholeWay({ telegram: tg, chats: [home.id, club.id], log })
  const { linked, alice, team } = way
  const { wa } = linked
  const { numRuns, seed } = runs(150)
  const inputs = fc.sample(anyInput, { numRuns, seed })
  let behind: unknown[] = []
  let count = 0
  /** The last message of each chat that is known to have arrived. */
  const target = () => `${targetId}${count}`
  const arrive = async (): Promise<void> => {
    count += 1
    const words = `${planted} ${count}.`
    for (const options of [{}, { to: team }]) await alice.send(words, { ...options, id: target() })
    const isIn = () => [home, club].every(chat => chat.transcript().some(({ text }) => text?.includes(words)))
    await until(`${words} behind ${JSON.stringify(behind).slice(0, 20_000)}`, isIn)
    behind = []
  }
  await arrive()
  for (const [index, { message, aims, inGroup }] of inputs.entries()) {
    let bytes: Uint8Array
    if ('bytes' in message) {
      const known = aims ? decode(message.bytes) : undefined
      bytes = known ? aimed(known, target()) : message.bytes
    } else if ('change' in message) bytes = aimed(message.change, target())
    else bytes = message.file.encode(await wa.media.put(message.content, message.file.kind))
    behind.push(Buffer.from(bytes.subarray(0, 1000)).toString('base64'))
    const chat = inGroup ? team : alice
    if (index % 8 === 7) await wa.phone.send(chat, rawMessage(bytes))
    else await alice.send(rawMessage(bytes), inGroup ? { to: team } : {})
    if (index % step === step - 1) await arrive()
  }
  await arrive()

  const refused = tg.calls.flatMap(({ method, params, response }) => {
    const { description } = (response ?? {}) as { description?: string }
    return description === undefined
      ? []
      : [`${method}: ${description} ${JSON.stringify(params).slice(0, 500)}`]
  })
  const asked = Object.groupBy(tg.calls, ({ method }) => method)
  const counts = Object.entries(asked).map(([method, calls = []]) => [method, calls.length])
  t.diagnostic(
    `${inputs.length} messages, ${refused.length} refusals, ${log.lines.length} lines of log: ${JSON.stringify(counts)}`,
  )
  // Whether something is pinned there already, no bot can ask. A reaction whose job has just begun shows the next one, too,
  // whose own job then has nothing to change. Two edits in a row of kinds that nobody can show say the same.
  const harmless =
    /file must be non-empty|IMAGE_PROCESS_FAILED|CHAT_NOT_MODIFIED|^editMessageText: .* is not modified.*"text":"(\S+ (Alice|You)"|[^"]*A message of a kind not supported yet)/
  assert.deepEqual(
    refused.filter(words => !harmless.test(words)),
    [],
  )
  assert.ok((asked['sendMessage']?.length ?? 0) >= least(60))
  assert.ok((asked['sendDocument']?.length ?? 0) >= least(10))
  tg.assertNoSurprises()
  wa.assertNoSurprises()
  assert.ok(log.lines.length >= least(3), `only ${log.lines.length} lines were looked at`)
  assert.deepEqual(bugsIn(log.lines), [])
  assert.equal(log.leaks([planted, '15550774411', '900000000774411', tg.token]), undefined)
})
