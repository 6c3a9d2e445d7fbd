import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { proto, type WAMessage } from '@whiskeysockets/baileys'
import fc from 'fast-check'
import { formsOf } from '../../src/bridge/degrade.ts'
import type { BridgeEvent } from '../../src/bridge/event.ts'
import { renderParts } from '../../src/telegram/send/render.ts'
import { parseMessage } from '../../src/whatsapp/baileys/parse.ts'
import { sealAs } from '../simulators/whatsapp/sealing.ts'
import { anyEncodedMessage } from './any-proto.ts'
import { anyNumber, anyText } from './any-text.ts'
import { jobsIn, knowingStore, planted, recordingLog, targetId } from './knowing-store.ts'
import { least, runs } from './runs.ts'

const secret = Buffer.alloc(32, 1)
const known = Buffer.from(
  proto.Message.encode({
    pollCreationMessageV3: { name: 'Where?', options: [{ optionName: 'Here' }, { optionName: 'There' }] },
    messageContextInfo: { messageSecret: secret },
  }).finish(),
).toString('base64')

const context = {
  me: { pn: '15550000001:3@s.whatsapp.net', lid: '900000000000001:3@lid' },
  lidOf: () => undefined,
  phoneOf: () => undefined,
  nameOf: (address: string) => (address.startsWith('9') ? 'Alice' : undefined),
  isAdmin: () => true,
  maySetTimer: () => true,
  isCrowd: () => false,
  isAwaited: () => false,
}

const anyKey = fc.record(
  {
    remoteJid: fc.constantFrom(
      '900000000000002@lid',
      '120363000000000001@g.us',
      'status@broadcast',
      '1@newsletter',
    ),
    participant: fc.oneof(fc.constantFrom('900000000000003@lid', '15550000003@s.whatsapp.net'), anyText),
    id: fc.oneof(fc.constant('M1'), anyText),
    fromMe: fc.boolean(),
  },
  { requiredKeys: ['remoteJid', 'id'] },
)

/** Everything in it that names another message names the one that is known. */
const aimed = <T>(value: T): T => {
  if (value instanceof proto.MessageKey) value.id = targetId
  if (value !== null && typeof value === 'object' && !(value instanceof Uint8Array))
    Object.values(value).forEach(aimed)
  return value
}

const anyTime = fc.oneof(
  anyNumber.filter(Number.isFinite).map(Math.trunc),
  fc.constantFrom(2 ** 63, -(2 ** 63), 2 ** 53, Date.UTC(2026, 10, 26)),
)

/** A phone could not send it: the transport decodes first, and what it cannot decode has no content. */
const decode = (bytes: Uint8Array): proto.IMessage | undefined => {
  try {
    return proto.Message.decode(bytes)
  } catch {
    return undefined
  }
}

/** Whoever wrote the known message, in its group. */
const author = '900000000000003@lid'
const authorsKey = { remoteJid: '120363000000000001@g.us', participant: author, id: 'C1', fromMe: false }

const seal = (purpose: string, plain: Uint8Array) =>
  sealAs(plain, { secret, id: targetId, author, sender: author, purpose })

interface Claims {
  readonly time: number
  readonly number: number
  readonly inner: proto.IMessage
}

/** Changes of the known message, of which only what they claim is made up: nobody opens what is sealed with other keys. */
const changes: readonly ((claims: Claims) => proto.IMessage)[] = [
  ({ time }) => {
    const selectedOptions = [createHash('sha256').update('Here').digest()]
    const vote = seal('Poll Vote', proto.Message.PollVoteMessage.encode({ selectedOptions }).finish())
    return { pollUpdateMessage: { pollCreationMessageKey: {}, vote, senderTimestampMs: time } }
  },
  ({ time, number }) => {
    const fields = { response: Math.abs(number) % 4, extraGuestCount: number, timestampMs: time }
    const plain = proto.Message.EventResponseMessage.encode(fields).finish()
    return { encEventResponseMessage: { eventCreationMessageKey: {}, ...seal('Event Response', plain) } }
  },
  ({ time }) => {
    const plain = proto.Message.ReactionMessage.encode({ text: '👍', senderTimestampMs: time }).finish()
    return { encReactionMessage: { targetMessageKey: {}, ...seal('Enc Reaction', plain) } }
  },
  ({ time }) => ({ reactionMessage: { key: {}, text: '🎉', senderTimestampMs: time } }),
  ({ time, inner }) => {
    const { MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type
    return { protocolMessage: { key: {}, type: MESSAGE_EDIT, editedMessage: inner, timestampMs: time } }
  },
  ({ number }) => ({
    pinInChatMessage: { key: {}, type: 1 },
    messageContextInfo: { messageAddOnDurationInSecs: number },
  }),
]

const anyChange = fc
  .record({
    time: anyTime,
    number: fc.integer(),
    bytes: anyEncodedMessage,
    change: fc.constantFrom(...changes),
  })
  .map(({ bytes, change, ...claims }) => {
    const message = change({ ...claims, inner: decode(bytes) ?? {} })
    return { bytes: proto.Message.encode(message).finish(), key: authorsKey }
  })

const anyInput = fc.oneof(
  { arbitrary: fc.record({ bytes: anyEncodedMessage, key: anyKey }), weight: 9 },
  { arbitrary: anyChange, weight: 1 },
)

/** Every call that one event becomes in Telegram, in each of its forms. */
const renderAll = (event: BridgeEvent): void => {
  if (event.kind !== 'message') return
  for (const content of formsOf(event.content, 'telegram')) {
    const parts = renderParts(
      { event: { ...event, content }, senderLine: 'Alice' },
      { uploadLimit: 50_000_000 },
    )
    for (const { payload } of parts) {
      const text = payload['text'] ?? payload['caption'] ?? ''
      assert.ok(typeof text === 'string' && [...text].length <= (payload['text'] === undefined ? 1024 : 4096))
      JSON.stringify(payload)
    }
  }
}

test('whatever a stranger’s phone sends becomes an event that is stored and can be rendered, or is ignored with a reason', async t => {
  const log = await recordingLog('debug')
  using store = knowingStore(known, log.logger)
  const kinds = new Map<string, number>()
  let decoded = 0
  let undecoded = 0
  let slowest = 0
  fc.assert(
    fc.property(
      anyInput,
      fc.oneof(anyText, fc.constant(planted)),
      anyTime,
      ({ bytes, key }, pushName, messageTimestamp) => {
        const message = decode(bytes)
        if (message === undefined) {
          undecoded += 1
          return
        }
        decoded += 1
        const web: WAMessage = { key, message: aimed(message), messageTimestamp, pushName }
        const began = process.cpuUsage()
        const { arrivals, ignored } = parseMessage(web, { ...context, findMessage: store.findMessage })
        assert.ok(arrivals.length > 0 || ignored !== undefined, 'neither an event nor a reason')
        // As the receiver does.
        if (ignored !== undefined) log.logger.debug({ reason: ignored }, 'A message makes no event')
        store.attempt(() => {
          store.inbox.whatsapp.receive(arrivals)
          for (const { event } of jobsIn(store)) {
            renderAll(event)
            kinds.set(event.kind, (kinds.get(event.kind) ?? 0) + 1)
          }
        })
        slowest = Math.max(slowest, process.cpuUsage(began).user / 1000)
      },
    ),
    runs(2500),
  )
  t.diagnostic(`${decoded} protobufs and ${undecoded} that are none: ${JSON.stringify([...kinds])}`)
  const few = Object.entries({ message: 800, edit: 20, reaction: 40, vote: 40, pin: 20 }).filter(
    ([kind, inCi]) => (kinds.get(kind) ?? 0) < least(inCi),
  )
  assert.deepEqual(few, [], `too few jobs: ${JSON.stringify([...kinds])}`)
  assert.ok(log.lines.length >= least(100), `only ${log.lines.length} lines were looked at`)
  assert.equal(log.leaks([planted]), undefined)
  // Not a benchmark: what takes seconds on any machine would stop the bridge for everybody.
  assert.ok(slowest < 3000, `one message took ${slowest} ms`)
})
