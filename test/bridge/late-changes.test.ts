import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChangeEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { systemClock } from '../../src/support/clock.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { event, mum } from './bridge.ts'
import { openMiddle } from './middle.ts'

const message = event(mum, 'one')
const { sender, sentAt } = message
let serial = 0
const head = () => {
  serial += 1
  const target = { id: message.id }
  return { version: 1, chat: mum, id: `C${serial}`, sender, sentAt: sentAt + serial, target } as const
}
const edit = (words: string): ChangeEvent => ({
  ...head(),
  kind: 'edit',
  content: { kind: 'text', body: plainText(words) },
})
const reaction = (emoji: string): ChangeEvent => ({ ...head(), kind: 'reaction', emoji })

interface Late {
  readonly method: string
  readonly changes: readonly [ChangeEvent, ChangeEvent]
  readonly seen: readonly [string, readonly string[]]
}
const cases: readonly Late[] = [
  { method: 'editMessageText', changes: [edit('two'), edit('three')], seen: ['three', []] },
  { method: 'setMessageReaction', changes: [reaction('👍'), reaction('')], seen: ['one', []] },
  { method: 'setMessageReaction', changes: [reaction('👍'), edit('two')], seen: ['two', ['👍']] },
]
/**
 * Milliseconds: the server needs so long (more than the bridge waits before it tries again) for a request, and is known
 * to need no longer than that.
 */
const [late, grace] = [2500, 4000]

// Side by side, for they wait.
describe('what the server does late, when the bridge has been started again, does not undo the next change', {
  concurrency: 3,
}, () => {
  for (const { method, changes, seen } of cases) {
    test(changes.map(({ kind }) => kind).join(', then '), async () => {
      await using tg = await startTelegramSimulator()
      const group = tg.addSupergroup({ title: 'WhatsApp', botRights: {} })
      using store = tempStore()
      store.mappings.add({ whatsapp: mum, telegram: `telegram:${group.id}` })
      const open = () => openMiddle(store, tg, { clock: systemClock, graceMs: () => grace })
      const [first, second] = changes
      let asked = 0
      {
        await using before = open()
        await before.start()
        before.inbox.receive([{ event: message }])
        await tg.until('the message', () => before.outbox.counts().pending === 0)
        tg.faults.next(method, { delayMs: late })
        before.inbox.receive([{ event: first }])
        await tg.until('the request', () => tg.callsOf(method).length === 1)
        asked = Date.now()
      }
      await using after = open()
      await after.start()
      after.inbox.receive([{ event: second }])
      await tg.until('both changes', () => after.outbox.counts().pending === 0)
      await sleep(Math.max(0, asked + late + 200 - Date.now()))
      const [shown] = group.transcript()
      assert.deepEqual([shown?.text, shown?.reactions.map(({ emoji }) => emoji)], seen)
      tg.assertNoSurprises()
    })
  }
})
