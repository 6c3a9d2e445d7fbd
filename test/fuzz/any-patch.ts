import type { WAPatchName } from '@whiskeysockets/baileys'
import fc from 'fast-check'
import { anyAddress } from './any-history.ts'
import { anyFieldOf, anyOfType, encodeAs, orSpoilt } from './any-proto.ts'
import { anyNumber, anyText } from './any-text.ts'
import { planted } from './knowing-store.ts'

/** Where names are kept. */
const names: WAPatchName = 'critical_unblock_low'
const others: readonly WAPatchName[] = ['critical_block', 'regular', 'regular_low', 'regular_high']

const anyKind = fc.oneof(
  {
    arbitrary: fc.constantFrom(
      'contact',
      'lid_contact',
      'mute',
      'pin_v1',
      'archive',
      'unarchive',
      'markChatAsRead',
      'deleteMessageForMe',
      'star',
      'deleteChat',
      'clearChat',
      'setting_pushName',
      'setting_locale',
      'label_edit',
      'label_jid',
      'label_message',
      'pnForLidChat',
      'lock',
      'nobody_knows_it_yet',
    ),
    weight: 4,
  },
  { arbitrary: anyText, weight: 1 },
)

const anyIndex = fc.oneof(
  {
    arbitrary: fc
      .tuple(anyKind, anyAddress, anyText, fc.constantFrom('0', '1'), fc.constantFrom('0', '1', planted))
      .chain(index => fc.integer({ min: 1, max: 5 }).map(length => index.slice(0, length))),
    weight: 20,
  },
  {
    arbitrary: fc.array(fc.oneof(anyKind, anyNumber, fc.constantFrom(null, {})), { maxLength: 5 }),
    weight: 1,
  },
  { arbitrary: fc.jsonValue({ maxDepth: 1 }), weight: 1 },
)

/** What a phone does most, and any other action that the protocol names. */
const anyAction = fc.oneof(
  fc
    .record(
      { fullName: fc.oneof(anyText, fc.constant(planted)), firstName: anyText, username: anyText },
      { requiredKeys: [] },
    )
    .map(contactAction => ({ contactAction })),
  anyFieldOf('SyncActionValue', 3),
  anyFieldOf('SyncActionValue', 3),
  anyOfType('SyncActionValue', 2),
)

const anyMutation = fc
  .record({
    index: anyIndex,
    action: anyAction,
    timestamp: anyNumber.map(Math.trunc),
    version: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ index, action, timestamp, version }) => {
    const value = { timestamp, ...action }
    const fields = { index: Buffer.from(JSON.stringify(index)), value, version, padding: Buffer.alloc(0) }
    return { index, version, raw: encodeAs('SyncActionData', fields) }
  })

const several = <T>(mutation: fc.Arbitrary<T>) => fc.array(mutation, { minLength: 1, maxLength: 3 })

/**
 * A change of the app state, rightly sealed, whatever is inside. Where no names are, also with bytes that are none of an action,
 * which spoils the sums of all that is behind it, or damaged on its way.
 */
export const anyPatch = fc.oneof(
  fc.record({
    kind: fc.constant('patch' as const),
    name: fc.constant(names),
    mutations: several(anyMutation),
    flip: fc.constant(undefined),
  }),
  fc.record({
    kind: fc.constant('patch' as const),
    name: fc.constantFrom(...others),
    mutations: several(
      anyMutation.chain(({ raw, ...rest }) =>
        orSpoilt(fc.constant(raw)).map(bytes => ({ ...rest, raw: bytes })),
      ),
    ),
    /** Which byte of it is another at first. */
    flip: fc.option(fc.nat(), { nil: undefined, freq: 5 }),
  }),
)
