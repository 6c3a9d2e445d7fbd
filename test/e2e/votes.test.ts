import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { files, samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('Polls are voted in from both sides, whoever made them, and an album stays one', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  const { lid } = wa.account
  const shown = (button: string) =>
    group.transcript().find(({ buttons }) => buttons.some(row => row.includes(button)))

  await alice.send(samples.poll(), { id: 'P1' })
  const hers = await eventually(() => shown('Noodles'), 'her poll')
  const line = await eventually(() => wa.transcript.find(({ id }) => id === 'P1'), 'her line')
  const query = owner.presses(group, hers.id, 'Noodles')
  await eventually(() => line.votes?.[lid]?.join() === 'Noodles', 'the vote on her phone')
  await eventually(() => tg.callback(query).answered, 'the answer to the press')
  await eventually(() => shown('✓ Noodles'), 'the tally')
  owner.presses(group, hers.id, '✓ Noodles')
  await eventually(() => line.votes?.[lid]?.length === 0, 'the vote to be taken back')

  const option = (text: string) => ({ text, voter_count: 0, persistent_id: text })
  const poll = { id: '1', question: 'Where?', options: [option('Here'), option('There')], type: 'regular' }
  const asked = owner.sends(group, { fields: { poll: { ...poll, allows_multiple_answers: true } } })
  const mine = await eventually(
    () => wa.transcript.find(({ message }) => message.pollCreationMessage),
    'the poll on her phone',
  )
  await alice.acts.vote(mine.id, ['There'])
  const tally = await eventually(
    () => group.transcript().find(({ replyTo }) => replyTo === asked.message_id),
    'her vote in Telegram',
  )
  assert.match(tally.text, /There.*Alice/)
  owner.presses(group, tally.id, 'Here')
  await eventually(() => mine.votes?.[lid]?.join() === 'Here', 'the vote in the own poll')

  const photo = { bytes: files.photo(), name: 'photo.jpg' }
  owner.sends(group, { photo, caption: 'The lake', media_group_id: '77' })
  owner.sends(group, { photo, media_group_id: '77' })
  const album = await eventually(() => {
    const items = wa.transcript.filter(each => each.album !== undefined)
    return items.length === 2 && items
  }, 'the album')
  assert.deepEqual(
    album.map(each => each.shown?.text),
    ['The lake', ''],
  )
  assert.equal(new Set(album.map(each => each.album)).size, 1)

  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})

test('A vote that is pressed longer than 150 s before the bridge runs again is gone, and counts when it is pressed again', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const { alice, group } = await world.mapAlice()
  const before = await world.run()
  await alice.send(samples.poll(), { id: 'P1' })
  const poll = await eventually(
    () => group.transcript().find(({ buttons }) => buttons.length > 0),
    'the poll',
  )
  before.kill('SIGTERM')
  assert.equal((await before.ended).code, 0)
  owner.presses(group, poll.id, 'Noodles')
  tg.advanceClock(150_000)

  const bridge = await world.run()
  // Telegram may call the answer late, too: the vote counts.
  const tooOld = 'Bad Request: query is too old and response timeout expired or query ID is invalid'
  tg.faults.next('answerCallbackQuery', { error: 400, description: tooOld })
  // Had the first one come, this one would take the vote back.
  owner.presses(group, poll.id, 'Noodles')
  const line = wa.transcript.find(({ id }) => id === 'P1')
  await eventually(() => line?.votes?.[wa.account.lid]?.join() === 'Noodles', 'the vote on her phone')
  await eventually(() => tg.faults.waiting === 0, 'the answer to the press')
  wa.assertNoSurprises()
  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
})
