import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRelease } from '../../src/bridge/release.ts'
import { VirtualClock } from '../outbox/virtual-clock.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { quiet } from './bridge.ts'
import { openMiddle } from './middle.ts'

const mum = 'whatsapp:1@lid'

/** The owner in a group or a topic of one, in which the bot sees messages and reactions. What is in `middle` may begin anew. */
const open = async ({ inTopic }: { inTopic: boolean }) => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator())
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const group = tg.addSupergroup({ title: 'WhatsApp', forum: inTopic, botRights: {}, members: [owner] })
  const topic = inTopic ? group.addTopic({ name: 'Mum' }) : undefined
  const store = opened.use(tempStore())
  store.mappings.add({
    whatsapp: mum,
    telegram: `telegram:${group.id}${topic ? `/${topic.message_thread_id}` : ''}`,
  })
  const begin = async () => {
    const middle = openMiddle(store, tg)
    await middle.start()
    // Telegram tells of no reaction until it is asked for some.
    await tg.until('a first poll', () => middle.telegram.status.state === 'connected')
    return middle
  }
  let middle = await begin()
  opened.defer(() => middle[Symbol.asyncDispose]())
  const rest = opened.move()
  const held = () => [...store.session('held').list('event')].length
  return {
    ...{ tg, owner, group, place: topic ?? group, held },
    get middle() {
      return middle
    },
    async restart() {
      await middle[Symbol.asyncDispose]()
      middle = await begin()
    },
    waitsFor: (count: number) => tg.until(`${count} to be kept back`, () => held() === count),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

for (const inTopic of [false, true]) {
  const where = inTopic ? 'in a topic' : 'in a group'
  test(`a reaction of which the bot hears before its message ${where} waits for that, over a restart`, async () => {
    await using it = await open({ inTopic })
    const { tg, owner, place } = it
    const letCome = tg.delayMessages()
    const { message_id: id } = owner.sends(place, 'Lunch?')
    owner.reacts(place, id, '👍')
    owner.reacts(place, id, '❤')
    await it.waitsFor(2)
    await it.restart()
    assert.equal(it.middle.release(), false)
    letCome()
    await tg.until('it to cross', () => it.middle.whatsapp.changes.length > 0)
    const { whatsapp } = it.middle
    assert.deepEqual(
      whatsapp.shown.map(({ chat, text }) => [chat, text]),
      [[mum, 'Lunch?']],
    )
    assert.deepEqual(
      whatsapp.changes.map(({ chat, event, changed }) => [chat, event.kind, changed.parts[0]?.id]),
      [[mum, 'reaction', whatsapp.shown[0]?.id]],
    )
    assert.equal(it.held(), 0)
  })

  test(`a reaction ${where} of whose message nobody ever hears waits for a minute`, async () => {
    await using it = await open({ inTopic })
    const { tg, owner, place } = it
    tg.delayMessages()
    owner.reacts(place, owner.sends(place, 'Lunch?').message_id, '👍')
    await it.waitsFor(1)
    const begin = Date.now()
    const clock = new VirtualClock(begin)
    const minutes = (): number => (clock.now() - begin) / 60_000
    const { release } = it.middle
    using _ = startRelease({
      release,
      isOnline: () => minutes() >= 10,
      wake: () => undefined,
      log: quiet,
      clock,
    })
    await clock.runUntil(() => it.held() === 0)
    assert.equal(minutes(), 11)
    assert.deepEqual(it.middle.whatsapp.changes, [])
  })

  test(`a reaction ${where} that was kept back by a clock a week ahead waits for a minute of the one that was set right`, async () => {
    await using it = await open({ inTopic })
    const { tg, owner, place } = it
    tg.delayMessages()
    owner.reacts(place, owner.sends(place, 'Lunch?').message_id, '👍')
    await it.waitsFor(1)
    const begin = Date.now() - 7 * 86_400_000
    const clock = new VirtualClock(begin)
    const { release } = it.middle
    using _ = startRelease({ release, isOnline: () => true, wake: () => undefined, log: quiet, clock })
    await clock.runUntil(() => it.held() === 0 || clock.now() > begin + 3_600_000)
    assert.equal((clock.now() - begin) / 60_000, 1)
  })

  test(`a reaction ${where} to what somebody else says, or to what is old, waits for nothing`, async () => {
    await using it = await open({ inTopic })
    const { tg, owner, place } = it
    const theirs = tg.addUser({ id: 555, first_name: 'Sam' }).sends(place, 'hi')
    owner.sends(place, 'hello')
    await tg.until('it to cross', () => it.middle.whatsapp.shown.length === 1)
    owner.reacts(place, theirs.message_id, '👍')
    await tg.until('it to be heard', () => tg.pendingUpdates === 0)
    assert.equal(it.held(), 0)
    for (let count = 0; count < 120; count++) owner.sends(place, 'again')
    await tg.until('all to cross', () => it.middle.whatsapp.shown.length === 121)
    await it.restart()
    owner.reacts(place, theirs.message_id, '❤')
    await tg.until('it to be heard, too', () => tg.pendingUpdates === 0)
    assert.equal(it.held(), 0)
    assert.deepEqual(it.middle.whatsapp.changes, [])
  })
}
