import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { samples } from '../simulators/samples.ts'
import { openClockWorld } from './clock-world.ts'

const HOUR = 3_600_000

test('A clock that leaps by hours, forward and back, while it runs holds nothing up and doubles nothing', async () => {
  await using clocked = await openClockWorld()
  const { world, setClock } = clocked
  const { wa, tg, owner } = world
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  const expected: string[] = []
  const cross = async (text: string): Promise<void> => {
    expected.push(text)
    await alice.send(samples.text(text))
    await eventually(() => group.transcript().some(seen => seen.text === text), text, 120_000)
    const before = alice.inbox.length
    owner.sends(group, `answer to ${text}`)
    await eventually(() => alice.inbox.length === before + 1, `the answer to ${text}`, 120_000)
  }

  await cross('in time')
  await setClock(HOUR, bridge)
  await cross('an hour ahead')
  await setClock(-HOUR, bridge)
  await cross('two hours back')

  // Put off for a moment by the time of then, which is an hour from now.
  await setClock(HOUR, bridge)
  await cross('ahead again')
  tg.faults.next('sendMessage', 'reset-before')
  await alice.send(samples.text('put off'))
  expected.push('put off')
  await eventually(() => tg.faults.waiting === 0, 'the first try')
  await setClock(-HOUR, bridge)
  await eventually(
    () => group.transcript().some(({ text }) => text === 'put off'),
    'what was put off',
    120_000,
  )

  bridge.kill('SIGKILL')
  await bridge.ended
  await setClock(0)
  await world.run()
  await cross('after a restart')
  const said = group.transcript().filter(({ from }) => from.isBot)
  assert.deepEqual(
    said.map(({ text }) => text),
    expected,
  )
  assert.equal(alice.inbox.length, 5)
  assert.ok(alice.inbox.every(({ copies }) => copies === 1))
  wa.assertNoSurprises()
})

test('A clock that is set right leaves an album whole, and what waits for Telegram waits no longer, restart or not', async () => {
  await using clocked = await openClockWorld(HOUR)
  const { world, setClock } = clocked
  const { wa, tg } = world
  const { alice, group } = await world.mapAlice()
  const bridge = await world.run()
  await alice.send(samples.text('ahead'))
  await eventually(() => group.transcript().length === 1, 'a first message')
  await setClock(0, bridge)
  await alice.acts.album(await Promise.all([1, 2, 3].map(n => samples.photo(wa.media, `item ${n}`))))
  await eventually(() => group.transcript().length === 4, 'the album', 120_000)
  const [first, ...others] = group.transcript().slice(1)
  assert.ok(first?.mediaGroup)
  assert.deepEqual(
    others.map(({ mediaGroup }) => mediaGroup),
    [first.mediaGroup, first.mediaGroup],
  )

  tg.faults.next('sendMessage', { error: 429, retryAfter: 5 })
  await alice.send(samples.text('refused for now'))
  await eventually(() => tg.faults.waiting === 0, 'the refusal')
  bridge.kill('SIGKILL')
  await bridge.ended
  await world.run()
  await eventually(() => group.transcript().at(-1)?.text === 'refused for now', 'what was refused', 120_000)
  assert.equal(group.transcript().length, 5)
  wa.assertNoSurprises()
})

test('A reaction, a vote and a pin that are changed behind a clock that was set right are the later ones', async () => {
  await using clocked = await openClockWorld(HOUR)
  const { world, setClock } = clocked
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights: { can_pin_messages: true } })
  assert.equal((await world.link()).code, 0)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  const bridge = await world.run()
  await alice.send(samples.text('dinner?'), { id: 'D1' })
  await alice.acts.poll('Lunch?', ['Pizza', 'Sushi'])
  const seen = (words: string) =>
    eventually(() => group.transcript().find(({ text }) => text.includes(words)), words)
  const [dinner, lunch] = [await seen('dinner?'), await seen('Lunch?')]
  /** All of one kind that came to her phone, with why it ignores them. */
  const came = (kind: string, count: number) =>
    eventually(() => {
      const all = wa.changes.filter(each => each.kind === kind)
      return all.length === count && all.map(({ ignored }) => ignored)
    }, `${count} of kind ${kind}`)
  const done = async (count: number): Promise<void> => {
    const ignored = await Promise.all(['reaction', 'vote', 'pin'].map(kind => came(kind, count)))
    assert.deepEqual(ignored.flat(), Array(3 * count).fill(undefined))
  }

  owner.reacts(group, dinner.id, '👍')
  owner.presses(group, lunch.id, 'Pizza')
  owner.pins(group, dinner.id)
  await done(1)
  await setClock(0, bridge)
  owner.reacts(group, dinner.id, '👎')
  owner.presses(group, lunch.id, 'Sushi')
  owner.pins(group, dinner.id)
  await done(2)
  wa.assertNoSurprises()
})

for (const [wrongBy, name] of [
  [HOUR, 'ahead'],
  [-HOUR, 'behind'],
] as const) {
  test(`On a machine whose clock is an hour ${name} from the start, everything crosses, once and in order`, async () => {
    await using clocked = await openClockWorld(wrongBy)
    const { world } = clocked
    const { wa, owner } = world
    const { alice, group } = await world.mapAlice()
    const bridge = await world.run()
    const said = () => group.transcript().flatMap(({ from, text }) => (from.isBot ? [text] : []))
    const heard = () => wa.transcript.filter(({ from }) => from === 'bridge')

    const first = await alice.send(samples.text('one'))
    await eventually(() => said().includes('one'), 'the first')
    await alice.acts.edit(first, 'one, edited')
    await eventually(() => said().includes('one, edited'), 'its edit')
    const answer = owner.sends(group, 'answer')
    await eventually(() => alice.inbox.length === 1, 'the answer')
    owner.edits(group, answer.message_id, 'answer, edited')
    await eventually(() => heard()[0]?.edited !== undefined, 'the edit of the answer')

    bridge.kill('SIGKILL')
    await bridge.ended
    await alice.send(samples.text('two'))
    await alice.send(samples.text('three'))
    owner.sends(group, 'another')
    await world.run()
    await eventually(() => said().includes('three') && alice.inbox.length === 2, 'what waited', 120_000)
    assert.deepEqual(said(), ['one, edited', 'two', 'three'])
    assert.ok(alice.inbox.every(({ copies }) => copies === 1))
    assert.deepEqual(wa.nacks, [])
    wa.assertNoSurprises()
  })
}

for (const [wrongBy, name] of [
  [HOUR, 'ahead'],
  [-HOUR, 'behind'],
] as const) {
  test(`What ends by itself ends by the time of WhatsApp, on a machine whose clock is an hour ${name} and then set right`, async () => {
    await using clocked = await openClockWorld(wrongBy)
    const { world, setClock } = clocked
    const { wa, tg, owner } = world
    const alice = wa.addContact({ name: 'Alice' })
    const botRights = { can_pin_messages: true, can_delete_messages: true }
    const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights })
    assert.equal((await world.link()).code, 0)
    assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
    const first = await world.run()
    const seen = (words: string) => group.transcript().find(({ text }) => text.includes(words))
    /** What disappears by itself, and was sent so many seconds ago. */
    const vanishing = async (text: string, ago: number): Promise<void> => {
      const timestamp = Math.floor(Date.now() / 1000 - ago)
      const contextInfo = { expiration: 1800 }
      await alice.send({ extendedTextMessage: { text, contextInfo } }, { timestamp })
      const isSent = () => tg.doneOf('sendMessage').some(({ params }) => params['text'] === text)
      await eventually(isSent, text, 120_000)
    }
    const isAllThere = () => {
      assert.ok(seen('for half an hour'))
      assert.deepEqual(group.state.pinned.map(String), [String(seen('pinned')?.id)])
      assert.deepEqual(seen('Lunch?')?.buttons, [['Pizza'], ['Sushi']])
    }

    await alice.send(samples.text('pinned'), { id: 'PINNED' })
    await alice.acts.pin('PINNED', { seconds: 1800 })
    await alice.acts.poll('Lunch?', ['Pizza', 'Sushi'], { endTime: Date.now() + 1_800_000 })
    await vanishing('for half an hour', 0)
    await eventually(() => group.state.pinned.length === 1 && seen('Lunch?'), 'all that has an end', 120_000)

    // It is looked for at the start of a run.
    first.kill('SIGKILL')
    await first.ended
    const second = await world.run()
    await vanishing('over already', 2000)
    await eventually(() => seen('over already') === undefined, 'what was over', 120_000)
    isAllThere()

    // And in the middle of one, behind the leap that sets the clock right.
    await setClock(0, second)
    await vanishing('over behind the leap', 2000)
    await eventually(() => seen('over behind the leap') === undefined, 'what was over then', 120_000)
    isAllThere()

    // Half an hour later by WhatsApp's time, whatever the machine thinks.
    wa.advanceClock(1_800_000)
    await alice.send(samples.text('half an hour later'))
    await eventually(() => seen('for half an hour') === undefined, 'the message to vanish', 120_000)
    await eventually(() => group.state.pinned.length === 0, 'the pin to end', 120_000)
    await eventually(() => /Ended/.test(seen('Lunch?')?.text ?? ''), 'the poll to end', 120_000)
    wa.assertNoSurprises()
  })
}
