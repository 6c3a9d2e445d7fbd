import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import type { DownloadFault } from '../simulators/whatsapp/media-faults.ts'
import { anyContent, anyOfType, encodeAs, orSpoilt } from './any-proto.ts'
import { anyBytes, anyNumber, anyText } from './any-text.ts'
import { planted } from './knowing-store.ts'

const anyone = fc.integer({ min: 10, max: 49 })

/** Addresses of people and chats that a phone may speak of, and what is none. */
export const anyAddress = fc.oneof(
  { arbitrary: anyone.map(number => `9000000000000${number}@lid`), weight: 3 },
  { arbitrary: anyone.map(number => `155500000${number}@s.whatsapp.net`), weight: 2 },
  {
    arbitrary: fc.constantFrom(
      '900000000774411@lid',
      '15550774411@s.whatsapp.net',
      '900000000000002@lid',
      '900000000000002:9@lid',
      '15550000002@s.whatsapp.net',
      '15550000003@s.whatsapp.net',
      '15550000003@hosted',
      '120363000000000001@g.us',
      'status@broadcast',
      '1781870949@broadcast',
      '1@newsletter',
      '1@bot',
      '__proto__@lid',
      '__proto__',
      'constructor',
      's.whatsapp.net',
    ),
    weight: 4,
  },
  { arbitrary: anyText, weight: 1 },
)
/** Of the mapped chat no pair is made up: whoever owns a phone number is who its messages come from. */
const anyOther = anyAddress.filter(address => !address.includes('774411'))

const anyName = fc.oneof(anyText, fc.constant(planted))
const anyTime = fc.oneof(
  anyNumber.filter(Number.isFinite).map(Math.trunc),
  fc.constantFrom(2 ** 63, -(2 ** 63), 2 ** 53, 1_790_000_000),
)

/** Most fields as a phone fills them, and some of any kind over or beside them. */
const mixed = (type: string, usual: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  fc
    .tuple(
      usual,
      fc.oneof({ arbitrary: fc.constant({}), weight: 2 }, { arbitrary: anyOfType(type, 2), weight: 1 }),
    )
    .map(([some, odd]) => ({ ...some, ...odd }))

const anyPast = mixed(
  'WebMessageInfo',
  fc.record(
    {
      key: fc.record(
        { remoteJid: anyAddress, id: anyText, fromMe: fc.boolean(), participant: anyAddress },
        { requiredKeys: [] },
      ),
      message: anyContent,
      messageTimestamp: anyTime,
      messageStubType: fc.integer({ min: 0, max: 220 }),
      messageStubParameters: fc.array(anyName, { maxLength: 2 }),
      userReceipt: fc.array(fc.record({ userJid: anyAddress }), { maxLength: 2 }),
    },
    { requiredKeys: ['key'] },
  ),
)

const anyConversation = mixed(
  'Conversation',
  fc.record(
    {
      id: anyAddress,
      name: anyName,
      displayName: anyName,
      username: anyName,
      lidJid: anyOther,
      pnJid: anyOther,
      accountLid: anyOther,
      messages: fc.array(fc.record({ message: anyPast }, { requiredKeys: [] }), { maxLength: 3 }),
      conversationTimestamp: anyTime,
      ephemeralExpiration: anyTime.map(time => Math.abs(time) % 2 ** 32),
      ephemeralSettingTimestamp: anyTime,
      tcToken: anyBytes,
      tcTokenTimestamp: anyTime,
    },
    { requiredKeys: ['id'] },
  ),
).map(conversation => withoutPair(conversation as Record<string, unknown>))

const withoutPair = ({ lidJid, pnJid, accountLid, ...rest }: Record<string, unknown>): object =>
  String(rest['id']).includes('774411') ? rest : { ...rest, lidJid, pnJid, accountLid }

/** INITIAL_BOOTSTRAP, INITIAL_STATUS_V3, FULL, RECENT, PUSH_NAME, NON_BLOCKING_DATA, ON_DEMAND, and what no version knows yet. */
const anyType = fc.oneof(
  { arbitrary: fc.constantFrom(0, 3, 4, 6), weight: 4 },
  fc.integer({ min: 0, max: 9 }),
)

const anySync = fc.record({
  syncType: anyType,
  history: mixed(
    'HistorySync',
    fc.record(
      {
        conversations: fc.array(anyConversation, { maxLength: 3 }),
        pushnames: fc.array(fc.record({ id: anyAddress, pushname: anyName }, { requiredKeys: [] }), {
          maxLength: 3,
        }),
        phoneNumberToLidMappings: fc.array(
          fc.record({ pnJid: anyOther, lidJid: anyOther }, { requiredKeys: [] }),
          { maxLength: 3 },
        ),
        progress: fc.integer({ min: 0, max: 100 }),
      },
      { requiredKeys: [] },
    ),
  ),
})

const faults: readonly DownloadFault[] = [
  { kind: 'status', status: 410 },
  { kind: 'truncated', after: 20 },
  { kind: 'flipped-bit', at: 5 },
  { kind: 'empty' },
]

/** A piece of the past: what is inflated, how that is packed, how it travels, and what the message says that announces it. */
export const anyHistory = anySync.chain(({ syncType, history }) =>
  fc.record({
    kind: fc.constant('history' as const),
    packed: orSpoilt(
      orSpoilt(fc.constant(encodeAs('HistorySync', { ...history, syncType }))).map(bytes =>
        deflateSync(bytes),
      ),
    ),
    travels: fc.constantFrom('inline', 'inline', 'file', 'file', 'both', 'neither'),
    notification: mixed(
      'Message.HistorySyncNotification',
      fc.record({ syncType: fc.oneof({ arbitrary: fc.constant(syncType), weight: 5 }, anyType) }),
    ),
    fault: fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 50 },
      { arbitrary: fc.constantFrom(...faults), weight: 4 },
      // It is fetched three times, with pauses.
      { arbitrary: fc.constant<DownloadFault>({ kind: 'cut', after: 20 }), weight: 1 },
    ),
  }),
)
