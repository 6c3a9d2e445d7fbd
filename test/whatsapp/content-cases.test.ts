import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CASES } from './cases/case.ts'
import { check } from './cases/look.ts'
import { play } from './cases/world.ts'

/** Cases that are not about reading a message, and what they are about. By id, or by the beginning of one. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'ev-call-': 'calls are read from their stanzas: test/whatsapp/baileys/notices.test.ts',
  'ev-receipt-': 'receipts are read from their stanzas: test/e2e/fate.test.ts',
  'ev-conn-': 'how a connection ends: test/whatsapp/baileys/endings.test.ts',
  'ev-media-update': 'what the phone answers: test/whatsapp/baileys/media/reupload.test.ts',
  'ev-': 'an event of Baileys beside the messages, which makes no message here',
  'wa-viewonce-unavailable': 'a stanza without content: test/whatsapp/baileys/incoming.test.ts',
  'wa-video-big': 'what Telegram does not take: test/telegram/content-cases.test.ts',
  'wa-media-410-offline': 'a file that cannot be fetched: test/telegram/content-cases.test.ts',
  'wa-media-badmac': 'a file that cannot be fetched: test/telegram/content-cases.test.ts',
  'wa-media-tampered': 'a file that cannot be fetched: test/telegram/content-cases.test.ts',
  'wa-media-truncated': 'a file that cannot be fetched: test/telegram/content-cases.test.ts',
  'wa-media-url-ssrf': 'a file that cannot be fetched: test/telegram/content-cases.test.ts',
  'wa-reaction-group-second':
    'how the reactions of several people are shown: test/telegram/content-cases.test.ts',
  'wa-revoke-old': 'what Telegram lets a bot delete: test/telegram/content-cases.test.ts',
  'nc-private': 'topics are not made by themselves: a mapping says where a chat goes',
  'nc-own-first': 'topics are not made by themselves: a mapping says where a chat goes',
  'nc-long-name': 'topics are not made by themselves: a mapping says where a chat goes',
  'nc-group': 'topics are not made by themselves: a mapping says where a chat goes',
  'nc-official': 'topics are not made by themselves: a mapping says where a chat goes',
  'nc-bot': 'topics are not made by themselves: a mapping says where a chat goes',
}

const incoming = CASES.filter(({ direction }) => direction === 'wa2tg')
const reasonOf = (id: string): string | undefined =>
  ELSEWHERE[id] ??
  Object.entries(ELSEWHERE).find(([prefix]) => prefix.endsWith('-') && id.startsWith(prefix))?.[1]

for (const each of incoming) {
  if (reasonOf(each.id) !== undefined) continue
  test(`Case ${each.id}: ${each.what}`, () => {
    using played = play(each)
    check(each.expect, played.outcomes, played.store)
  })
}

test('Of the cases that come in, as many are played as the README says', () => {
  const played = incoming.filter(({ id }) => reasonOf(id) === undefined)
  assert.deepEqual([incoming.length, played.length], [219, 182])
})
