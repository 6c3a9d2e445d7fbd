import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { openMiddle } from './middle.ts'

const hour = 3_600_000
const mum = 'whatsapp:1@lid'

/** A bridge that runs, and one that runs again after so many hours of Telegram's time. */
const open = async ({ dates = true } = {}) => {
  await using opened = new AsyncDisposableStack()
  const tg = opened.use(await startTelegramSimulator({ dates }))
  const owner = tg.addUser({ id: 7001, first_name: 'Olivia' })
  const home = tg.addPrivateChat(owner)
  const group = tg.addSupergroup({ title: 'Mum', botRights: {}, members: [owner] })
  const store = opened.use(tempStore())
  store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
  /** Runs until this has crossed, which is written before or behind the start. */
  const run = async (text: string, when: 'before' | 'behind' = 'behind'): Promise<void> => {
    if (when === 'before') owner.sends(group, text)
    await using middle = openMiddle(store, tg, { ownerChat: () => `telegram:${home.id}` })
    await middle.start()
    if (when === 'behind') {
      await tg.until('the connection', () => middle.telegram.status.state === 'connected')
      owner.sends(group, text)
    }
    await tg.until(text, () => middle.whatsapp.shown.some(shown => shown.text === text))
    await tg.until('it to be confirmed', () => tg.pendingUpdates === 0)
    await tg.until('nothing more to do', () => middle.outbox.counts().pending === 0)
  }
  const rest = opened.move()
  return {
    ...{ tg, owner, group, store, run },
    off: (hours: number) => tg.advanceClock(hours * hour),
    told: () => home.transcript().map(({ text }) => text),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

test('What was typed more than a day before it runs again is gone, and the owner is told so, once', async () => {
  await using it = await open()
  await it.run('on Friday')
  it.owner.sends(it.group, 'lost: it is off for the weekend')
  it.off(30)
  await it.run('on Sunday', 'before')
  const [word, ...others] = it.told()
  assert.match(
    word ?? '',
    /^Telegram keeps what you do here for a day, and for longer than that .* never came to me/s,
  )
  assert.match(word ?? '', /send again what is not/)
  assert.deepEqual(others, [])
  await it.run('later on Sunday')
  assert.equal(it.told().length, 1)
  // The next weekend is news.
  it.owner.sends(it.group, 'lost, too')
  it.off(60)
  await it.run('a week later')
  assert.equal(it.told().length, 2)
  it.tg.assertNoSurprises()
})

test('Where Telegram has kept all that was typed, however long it was off, nobody is told anything', async () => {
  await using it = await open()
  await it.run('on Friday')
  it.off(60)
  await it.run('on Sunday, at last', 'before')
  it.off(23)
  it.owner.sends(it.group, 'on Monday')
  await it.run('and so on')
  assert.deepEqual(it.told(), [])
})

test('Where nobody says what time it is, nothing is said of how long it was off', async () => {
  await using it = await open({ dates: false })
  await it.run('on Friday')
  it.owner.sends(it.group, 'lost')
  it.off(30)
  await it.run('on Sunday', 'before')
  assert.deepEqual(it.told(), [])
})

test('Where the disk has spoilt when it last ran, nothing is said of how long it was off, and the next time it is', async () => {
  await using it = await open()
  await it.run('on Friday')
  const sessions = it.store.session('telegram')
  const [polled] = [...sessions.list('polled')]
  assert.ok(Number(polled?.value) > 0)
  sessions.set([{ type: 'polled', id: '', value: '17x' }])
  it.owner.sends(it.group, 'lost')
  it.off(30)
  await it.run('on Sunday', 'before')
  assert.deepEqual(it.told(), [])
  it.owner.sends(it.group, 'lost, too')
  it.off(30)
  await it.run('on Tuesday', 'before')
  assert.match(it.told().join(), /^Telegram keeps .* between \w{3}, \d/s)
})
