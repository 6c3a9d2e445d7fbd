import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Case, keysOf } from './case.ts'

/** Why cases are not played in a test, by id, or by the beginning of one where it ends with a hyphen. */
export type Reasons = Readonly<Record<string, string>>

/** Cases in which no message is read: what shows what becomes of them. */
export const NO_MESSAGE: Reasons = {
  'ev-call-': 'calls are read from their stanzas: test/whatsapp/baileys/notices.test.ts',
  'ev-receipt-': 'receipts are read from their stanzas: test/e2e/fate.test.ts',
  'ev-conn-': 'how a connection ends: test/whatsapp/baileys/endings.test.ts',
  'ev-media-update': 'what the phone answers: test/whatsapp/baileys/media/reupload.test.ts',
  'ev-update-revoke': 'a deletion is read from its message, once: test/whatsapp/baileys/incoming.test.ts',
  'ev-update-pdo': 'what is asked for again comes as a message: test/whatsapp/baileys/incoming.test.ts',
  'ev-reaction': 'a reaction is read from its message, once: test/whatsapp/baileys/incoming.test.ts',
  'ev-groups-update': 'a new name is read from its notice, once: test/whatsapp/baileys/notices.test.ts',
  'ev-join-request': 'a wish to join is read from its notice, once: test/whatsapp/baileys/stubs.test.ts',
  'ev-groups-upsert': 'a group is known from its notice on: test/whatsapp/baileys/connection.test.ts',
  'ev-contact-name': 'topics are the owner’s and keep their names: test/whatsapp/baileys/connection.test.ts',
  'ev-read-self': 'bots cannot mark a chat read: test/whatsapp/baileys/unheard.test.ts',
  'ev-chat-delete': 'nothing happens: test/whatsapp/baileys/unheard.test.ts',
  'ev-contact-picture': 'nothing happens: test/whatsapp/baileys/unheard.test.ts',
  'ev-member-tag': 'nothing happens: test/whatsapp/baileys/unheard.test.ts',
  'ev-presence': 'nothing happens: test/whatsapp/baileys/unheard.test.ts',
  'ev-blocklist': 'nothing happens: test/whatsapp/baileys/unheard.test.ts',
  'ev-timelock': 'how the account stands is read from its stanzas: test/e2e/restricted.test.ts',
  'wa-viewonce-unavailable': 'a stanza without content: test/whatsapp/baileys/incoming.test.ts',
}

/** Cases that want topics to be made: a mapping says where a chat goes, and what has none goes nowhere. */
export const NO_TOPICS: Reasons = Object.fromEntries(
  ['nc-private', 'nc-own-first', 'nc-long-name', 'nc-group', 'nc-official', 'nc-bot'].map(id => [
    id,
    'topics are not made by themselves: test/bridge/receive.test.ts',
  ]),
)

/** Cases that come in and are not about reading a message. */
export const NOT_PARSED: Reasons = {
  ...NO_MESSAGE,
  ...NO_TOPICS,
  'wa-video-big': 'what Telegram does not take: test/telegram/content-cases.test.ts',
  'wa-media-410-offline': 'a file that cannot be fetched: test/telegram/content-cases.test.ts',
  'wa-media-badmac': 'a file that cannot be fetched: test/telegram/content-cases.test.ts',
  'wa-media-tampered': 'a file that cannot be fetched: test/telegram/content-cases.test.ts',
  'wa-media-truncated': 'a file that cannot be fetched: test/telegram/content-cases.test.ts',
  'wa-media-url-ssrf': 'a file that cannot be fetched: test/telegram/content-cases.test.ts',
  'wa-reaction-group-second':
    'how the reactions of several people are shown: test/telegram/content-cases.test.ts',
  'wa-revoke-old': 'what Telegram lets a bot delete: test/telegram/content-cases.test.ts',
}

/** What only cases expect that are not played, whose reasons name the test. */
const ELSEWHERE = ['neverCalls', 'noReconnect', 'reconnect', 'nameMaxLength']

export const reasonOf = (reasons: Reasons, id: string): string | undefined =>
  reasons[id] ??
  Object.entries(reasons).find(([prefix]) => prefix.endsWith('-') && id.startsWith(prefix))?.[1]

/** Fails unless every reason is that of a case and names a test that is there. */
export const checkReasons = (reasons: Reasons, cases: readonly { readonly id: string }[]): void => {
  for (const [id, reason] of Object.entries(reasons)) {
    assert.ok(
      cases.some(each => reasonOf({ [id]: reason }, each.id)),
      `no case is "${id}"`,
    )
    const [test = reason] = /test\/[\w/-]+\.test\.ts/.exec(reason) ?? []
    assert.ok(existsSync(join(import.meta.dirname, '../../..', test)), `"${reason}" names no test`)
  }
}

/** Fails when cases expect something in a word that nothing looks at. */
export const checkKeys = (
  known: readonly string[],
  cases: readonly Pick<Case, 'id' | 'expect'>[],
  reasons: Reasons,
): void => {
  for (const { id, expect } of cases) {
    const here = reasonOf(reasons, id) === undefined ? known : [...known, ...ELSEWHERE]
    assert.deepEqual(
      keysOf(expect).filter(key => !here.includes(key)),
      [],
      `of ${id} nothing is looked at`,
    )
  }
}
