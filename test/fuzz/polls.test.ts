import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTelegram } from '../../src/telegram/connection.ts'
import { eventually } from '../simulators/eventually.ts'
import { knowingStore, recordingLog } from './knowing-store.ts'
import { startUpdateServer } from './update-server.ts'

const owner = { id: 7001, is_bot: false, first_name: 'Olivia' }
const group = { id: -1001234567890, type: 'supergroup', title: 'Family' }
const someone = { chat: group, date: 1_790_000_000 }

/** What stands where something else belongs. */
const junk: readonly unknown[] = [
  null,
  5,
  1e308,
  'x',
  true,
  [],
  [null],
  [5],
  [[]],
  {},
  { a: 1 },
  JSON.parse('{"__proto__":null}'),
]

const whole = { ...someone, message_id: 5, from: owner, text: 'x' }
const reaction = {
  ...someone,
  message_id: 5,
  user: owner,
  old_reaction: [],
  new_reaction: [{ type: 'emoji', emoji: '👍' }],
}
const member = { ...someone, from: owner, new_chat_member: { status: 'kicked', user: owner } }
const button = { id: '1', from: owner, data: 'v:0', message: whole }

/** Fields of each kind of update that the bridge asks for. */
const forms: Readonly<Record<string, readonly [update: object, fields: string]>> = {
  message: [
    whole,
    'chat from text entities photo document sticker location venue contact poll dice game checklist reply_to_message quote ' +
      'external_reply sender_chat pinned_message migrate_to_chat_id message_id date forward_origin media_group_id ' +
      'link_preview_options caption_entities voice story message_thread_id is_topic_message new_chat_members edit_date',
  ],
  edited_message: [whole, 'chat from text entities photo message_id date edit_date reply_to_message'],
  message_reaction: [reaction, 'chat user message_id date old_reaction new_reaction'],
  my_chat_member: [member, 'chat from date new_chat_member old_chat_member'],
  callback_query: [button, 'id from message data'],
}

const spoilt = Object.entries(forms).flatMap(([kind, [update, fields]]) => [
  junk.map(odd => ({ [kind]: odd })),
  ...fields.split(' ').map(field => junk.map(odd => ({ [kind]: { ...update, [field]: odd } }))),
])

test('behind whatever update comes, the next one is taken in', async () => {
  using server = await startUpdateServer()
  const { logger } = await recordingLog('info')
  using store = knowingStore('', logger)
  await using telegram = openTelegram({
    token: '8001:AAF-of-the-test-bot',
    apiRoot: server.apiRoot,
    owners: [7001],
    mapped: () => [],
    forgetIds: () => undefined,
    sessions: store.session('telegram'),
    inbox: store.inbox.telegram,
    logger,
  })
  await telegram.start()
  const isIn = (words: string): boolean =>
    store.database.all<{ event: string }>('SELECT event FROM jobs').some(({ event }) => event.includes(words))
  for (const [index, some] of spoilt.entries()) {
    const words = `behind the batch ${index}.`
    server.give([...some, { message: { ...whole, message_id: 1000 + index, text: words } }])
    await eventually(() => isIn(words), `what comes behind ${JSON.stringify(some[4])}`)
  }
  assert.ok(spoilt.length > 50)
})
