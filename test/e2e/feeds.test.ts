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

for (const as of ['message', 'notification'] as const) {
  test(`Channels that say the same again, or what another says, are heard each time and named: posts that come as a ${as}`, async () => {
    await using world = await World.open()
    const { wa, tg, owner } = world
    const names = ['Village', 'Town']
    const channels = names.map(name => wa.addChannel(`${name} news`))
    const groups = names.map(title => tg.addSupergroup({ title, members: [owner], botRights: {} }))
    const [[village, town], [inVillage, inTown]] = [channels, groups]
    assert.ok(village && town && inVillage && inTown)
    assert.equal((await world.link()).code, 0)
    const bridge = await world.run()
    for (const [index, channel] of channels.entries()) {
      channel.post('not yet', { as })
      await eventually(
        async () => (await world.wa2tg('chats', `${names[index]} news`)).stdout.includes(channel.jid),
        'its name',
      )
      const mapped = await world.wa2tg('map', 'add', `${names[index]} news`, String(groups[index]?.id))
      assert.equal(mapped.code, 0, mapped.stderr)
    }
    for (const words of ['Good morning', 'In between', 'Good morning', 'The end']) village.post(words, { as })
    for (const words of ['Good morning', 'The end']) town.post(words, { as })
    const texts = (group: typeof inVillage): string[] => group.transcript().map(({ text }) => text)
    await eventually(
      () => [inVillage, inTown].every(group => texts(group).includes('The end')),
      'the end of both',
    )
    assert.deepEqual(texts(inVillage), ['Good morning', 'In between', 'Good morning', 'The end'])
    assert.deepEqual(texts(inTown), ['Good morning', 'The end'])
    await eventually(() => wa.pending.length === 0, 'all to be acknowledged')
    bridge.kill('SIGTERM')
    assert.equal((await bridge.ended).code, 0)
    wa.assertNoSurprises()
  })
}

for (const as of ['message', 'notification'] as const) {
  test(`A post that a channel changes or takes back is changed or deleted in Telegram, also while nobody was there: posts that come as a ${as}`, async () => {
    await using world = await World.open()
    const { wa, tg, owner } = world
    const news = wa.addChannel('Village news')
    const group = tg.addSupergroup({
      title: 'News',
      members: [owner],
      botRights: { can_delete_messages: true },
    })
    assert.equal((await world.link()).code, 0)
    let bridge = await world.run()
    const mapped = await world.wa2tg('map', 'add', news.jid, String(group.id))
    assert.equal(mapped.code, 0, mapped.stderr)
    const texts = (): string[] => group.transcript().map(({ text }) => text)
    const shown = async (...expected: string[]): Promise<void> => {
      await eventually(() => String(texts()) === String(expected), `"${expected}" in Telegram`)
    }
    const stop = async (): Promise<void> => {
      await eventually(() => wa.pending.length === 0, 'all to be acknowledged')
      bridge.kill('SIGTERM')
      assert.equal((await bridge.ended).code, 0)
    }

    const [first, second] = ['At seven', 'Bring cake'].map(words => news.post(words, { as }))
    assert.ok(first && second)
    await shown('At seven', 'Bring cake')
    news.edit(first, 'At eight')
    await shown('At eight', 'Bring cake')
    // The same words as in the beginning are no repetition of the first post.
    news.edit(first, 'At seven')
    await shown('At seven', 'Bring cake')
    await stop()

    news.edit(first, 'At nine')
    news.edit(first, 'At ten')
    news.revoke(second)
    bridge = await world.run()
    await shown('At ten')
    // Nobody asked the phone for what a post that is gone had said.
    assert.ok(wa.requests.every(({ attrs }) => attrs['category'] !== 'peer'))
    await stop()
    wa.assertNoSurprises()
  })
}
