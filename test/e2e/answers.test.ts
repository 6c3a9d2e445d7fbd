import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

/** What has no counterpart in WhatsApp, and what the owner is told of it. */
const refused: readonly (readonly [field: string, value: object, answer: RegExp])[] = [
  ['story', { id: 1, chat: { id: -1009, type: 'channel' } }, /^Not sent \(Story\): .*stories/],
  [
    'paid_media',
    { star_count: 5, paid_media: [{ type: 'preview', width: 640, height: 480, duration: 0 }] },
    /^Not sent \(Paid media\): Telegram does not let bots open paid media$/,
  ],
  ['gift', { gift: { id: 'G', star_count: 15 } }, /^Not sent \(Gift\): WhatsApp has nothing like it$/],
  [
    'giveaway',
    { chats: [], winners_selection_date: 1_790_001_000, winner_count: 1 },
    /^Not sent \(Giveaway\): WhatsApp has nothing like it$/,
  ],
  [
    'invoice',
    { title: 'Boat', description: 'A boat', start_parameter: 's', currency: 'EUR', total_amount: 145 },
    /^Not sent \(Invoice\): WhatsApp has nothing like it$/,
  ],
]

test('What the owner does to messages in Telegram is done in WhatsApp, or an answer says why not', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const group = tg.addSupergroup({
    title: 'Alice',
    members: [owner],
    botRights: { can_delete_messages: true },
  })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  const bridge = await world.run()
  const line = (text: string) => wa.transcript.find(each => each.shown?.text === text)
  const { lid } = wa.account

  const typed = owner.sends(group, 'helo')
  const sent = await eventually(() => line('helo'), 'the message')
  owner.edits(group, typed.message_id, { text: 'hello', entities: [{ type: 'bold', offset: 0, length: 5 }] })
  await eventually(() => sent.shown?.text === '*hello*', 'the edit')

  await alice.send(samples.text('look'), { id: 'A1' })
  const look = await eventually(() => group.transcript().find(({ text }) => text === 'look'), 'her message')
  const hers = await eventually(() => wa.transcript.find(({ id }) => id === 'A1'), 'her line')
  owner.reacts(group, look.id, ['👍'])
  await eventually(() => hers.reactions?.[lid] === '👍', 'the reaction')
  owner.reacts(group, look.id, [])
  await eventually(() => hers.reactions?.[lid] === '', 'it to be taken back')
  owner.pins(group, look.id)
  await eventually(() => (hers.pinned ?? 0) > 0, 'the pin')

  const command = owner.sends(group, { text: '/delete', reply_to: typed.message_id })
  await eventually(() => sent.deleted, 'the deletion')
  await eventually(
    () => !group.messages.some(each => each.message_id === command.message_id),
    'the command to go',
  )

  await eventually(
    () => !group.messages.some(each => each.message_id === typed.message_id),
    'it to go here, too',
  )

  const option = (text: string) => ({ text, voter_count: 0, persistent_id: text })
  const poll = { id: '1', question: 'Where?', options: [option('Here'), option('There')], type: 'regular' }
  owner.sends(group, { fields: { poll: { ...poll, allows_multiple_answers: false } } })
  const asked = await eventually(
    () => wa.transcript.find(({ message }) => message.pollCreationMessageV3),
    'the poll',
  )
  assert.deepEqual(
    asked.message.pollCreationMessageV3?.options?.map(({ optionName }) => optionName),
    ['Here', 'There'],
  )

  const before = wa.transcript.length
  for (const [field, value, said] of refused) {
    const { message_id: id } = owner.sends(group, { fields: { [field]: value } })
    const answer = await eventually(
      () => group.transcript().find(({ replyTo }) => replyTo === id),
      `an answer to ${field}`,
    )
    assert.match(answer.text, said)
  }
  assert.equal(wa.transcript.length, before)
  const nameless = owner.sends(group, { text: 'who am I?', nameless: true })
  const told = await eventually(
    () => group.transcript().find(({ replyTo }) => replyTo === nameless.message_id),
    'an answer to whoever it was',
  )
  assert.match(told.text, /own name/)

  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  assert.ok(wa.changes.every(({ copies, ignored }) => copies >= 1 && ignored === undefined))
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
