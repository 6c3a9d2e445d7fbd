import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChatRef } from '../../../src/bridge/chat-ref.ts'
import type { Change } from '../../../src/bridge/network.ts'
import { jpeg } from '../../simulators/telegram/helpers.ts'
import type { Fault, SimChat } from '../../simulators/telegram/index.ts'
import { Bench, change, failureOf, type Standing, sendFor } from '../bench.ts'
import { type Changing, changings } from './changings.ts'
import { cut, everySo, turnsFor } from './cuts.ts'

const alice = { person: 'whatsapp:1@s.whatsapp.net', name: 'Alice', me: false } as const

/** What somebody in front says, and not Telegram. No poll has reached that here, so it says nothing of the one call. */
const pages = [400, 401, 403, 404].map(status => ({ status, html: `<h1>${status}</h1>` }))
/** What may become of an answer; in the last case it comes when it is not waited for any more. */
const faults: readonly Fault[] = [
  'reply-lost',
  'reset-before',
  { status: 502, html: '<h1>Bad Gateway</h1>', done: true },
  { status: 502, html: '<h1>Bad Gateway</h1>' },
  ...pages,
  { error: 500, description: 'Internal Server Error: restart', done: true },
  { error: 500, description: 'Internal Server Error: restart' },
  { delayMs: 150 },
]

/** What a person sees, whatever the ids. */
const look = (chat: SimChat) => ({
  pinned: chat.state.pinned.length,
  shown: chat.transcript({ service: true }).map(({ id: _, date: __, replyTo: ___, file: sent, ...seen }) => ({
    ...seen,
    sha256: sent?.sha256,
  })),
})

const open = async (bench: Bench, { sent, before, change: what }: Changing) => {
  const botRights = { can_pin_messages: true, can_delete_messages: true }
  const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner], botRights })
  const chat: ChatRef = `telegram:${group.id}`
  const shown: Standing = await sendFor(bench, { chat, ...sent })
  if (before) await bench.network.change(change(chat, before, shown))
  if (what.kind === 'reaction') shown.reactions = [{ ...alice, emoji: what.emoji }]
  const attempt = (): Change => change(chat, what, shown, { bytes: jpeg(20, 20) })
  return { group, attempt }
}

for (const each of changings) {
  test(`whatever becomes of the answer to ${each.method}, repeating it does it once`, async () => {
    await using bench = await Bench.open()
    const reference = await open(bench, each)
    await bench.network.change(reference.attempt())
    for (const fault of faults) {
      const what = JSON.stringify(fault)
      const { group, attempt } = await open(bench, each)
      bench.tg.faults.next(each.method, fault)
      const isLate = typeof fault === 'object' && 'delayMs' in fault
      const enough = new AbortController()
      const changing = failureOf(bench.network.change({ ...attempt(), signal: enough.signal }))
      if (isLate) {
        await bench.tg.until('the request', () => bench.tg.faults.waiting === 0)
        enough.abort()
      }
      const failure = await changing
      const isPage = pages.some(page => page === fault)
      assert.equal(failure.verdict.kind, isPage ? 'offline' : 'unsure', what)
      await bench.network.change(attempt())
      if (isLate) await sleep(fault.delayMs)
      assert.equal(bench.tg.faults.waiting, 0, what)
      assert.deepEqual(look(group), look(reference.group), what)
    }
    bench.tg.assertNoSurprises()
  })
}

const stride = everySo(23)

for (const [each, turn] of changings.flatMap(each => turnsFor(stride).map(turn => [each, turn] as const))) {
  test(`wherever the answer to ${each.method} is cut, repeating it does it once`, async t => {
    await using bench = await Bench.open()
    const reference = await open(bench, each)
    await bench.network.change(reference.attempt())
    let cuts = 0
    for (let cutAfter = 0, whole = false; !whole; cutAfter += stride) {
      const where = `cut behind ${cutAfter} bytes`
      const { group, attempt } = await open(bench, each)
      bench.tg.faults.next(each.method, cut(cutAfter, turn))
      const failure = await failureOf(bench.network.change(attempt())).catch(() => undefined)
      whole = failure === undefined
      if (failure !== undefined) {
        cuts += 1
        assert.equal(failure.verdict.kind, 'unsure', where)
        await bench.network.change(attempt())
      }
      assert.equal(bench.tg.faults.waiting, 0, where)
      assert.deepEqual(look(group), look(reference.group), where)
      assert.ok(whole || cutAfter < 10_000, 'the answer has an end')
    }
    t.diagnostic(`${cuts} cuts`)
    assert.ok(cuts >= 4, `${cuts} cuts`)
    bench.tg.assertNoSurprises()
  })
}
