import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('Statuses and channels are silent until they are mapped; then they are read in Telegram, and nothing is posted there', async () => {
  await using world = await World.open()
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const news = wa.addChannel('Village news')
  const [statuses, channel] = ['Statuses', 'News'].map(title =>
    tg.addSupergroup({ title, members: [owner], botRights: {} }),
  )
  assert.ok(statuses && channel)
  assert.equal((await world.link()).code, 0)
  const bridge = await world.run()
  await alice.postStatus('not yet')
  news.post('not yet')
  await eventually(() => wa.pending.length === 0, 'both to be acknowledged')
  assert.deepEqual(tg.callsOf('sendMessage'), [])

  const mapped = await world.wa2tg('map', 'add', 'status@broadcast', String(statuses.id))
  assert.equal(mapped.code, 0, mapped.stderr)
  assert.match(
    mapped.stderr,
    /^Mapped "Status updates" → "Statuses"[^\n]*\nWhat you write there stays in Telegram, but for answers, which go to whom you answer: wa2tg posts in no channel/,
  )
  // A channel says nowhere what it is called: it is asked.
  await eventually(async () => (await world.wa2tg('chats', 'Village')).stdout.includes(news.jid), 'its name')
  assert.equal((await world.wa2tg('map', 'add', 'Village news', String(channel.id))).code, 0)
  await alice.postStatus('At the *lake*')
  await alice.postStatus(await samples.photo(wa.media, 'A swan'))
  news.post('Good morning')
  await eventually(() => statuses.transcript().length === 2 && channel.transcript().length === 1, 'all three')
  assert.deepEqual(
    [...statuses.transcript(), ...channel.transcript()].map(({ kind, text }) => [kind, text]),
    [
      ['text', 'Alice\nAt the lake'],
      ['photo', 'Alice\nA swan'],
      ['text', 'Good morning'],
    ],
  )

  for (const place of [statuses, channel]) {
    const [read] = place === channel ? place.transcript() : []
    owner.sends(place, { text: 'Nice', ...(read && { reply_to: read.id }) })
    await eventually(
      () => /only to be read/.test(place.transcript().at(-1)?.text ?? ''),
      'the reason why not',
    )
  }
  assert.ok(wa.transcript.every(({ from }) => from !== 'bridge'))

  bridge.kill('SIGTERM')
  assert.equal((await bridge.ended).code, 0)
  wa.assertNoSurprises()
})
