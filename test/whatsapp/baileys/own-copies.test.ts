import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isMessage } from '../../../src/bridge/event.ts'
import { Linked } from './linked.ts'

/** What has come, as `chat: text`, in order. */
const said = ({ bridge }: Linked): string[] =>
  bridge.events.map(event =>
    isMessage(event) && event.content.kind === 'text'
      ? `${event.chat}: ${event.content.body.text}`
      : event.kind,
  )

describe('what the owner writes on the phone', () => {
  test('to Meta AI stands in the chat with Meta AI, and is cleared on the server', async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    await wa.phone.send('meta-ai', 'What is for dinner?')
    await wa.until(() => wa.pending.length === 0)
    await wa.until(() => linked.bridge.events.length === 1)
    assert.deepEqual(said(linked), ['whatsapp:867051314767696@bot: What is for dinner?'])
    assert.equal(linked.bridge.events[0]?.sender.me, true)
    wa.assertNoSurprises()
  })
  test('to a number whose LID nobody says is cleared on the server', async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const alice = wa.addContact({ addressing: 'pn', pair: 'unknown' })
    await wa.phone.send(alice, 'by number')
    await wa.until(() => wa.pending.length === 0)
    await wa.until(() => linked.bridge.events.length === 1)
    assert.deepEqual(said(linked), [`whatsapp:${alice.pn}: by number`])
    wa.assertNoSurprises()
  })

  test('to a broadcast list stands in the chat of each who is on it, once, and is cleared on the server', async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const [alice, bob] = [wa.addContact(), wa.addContact()]
    const id = await wa.phone.send([alice, bob], 'Merry Christmas')
    await wa.until(() => wa.pending.length === 0)
    await wa.until(() => linked.bridge.events.length === 2)
    assert.deepEqual(
      new Set(said(linked)),
      new Set([`whatsapp:${alice.lid}: Merry Christmas`, `whatsapp:${bob.lid}: Merry Christmas`]),
    )
    assert.deepEqual(
      linked.bridge.events.map(event => [event.id, event.sender.me]),
      [
        [id, true],
        [id, true],
      ],
    )
    wa.assertNoSurprises()
  })

  test('to a broadcast list of which nobody says who is on it stands nowhere', async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const alice = wa.addContact()
    await wa.phone.send([], 'to nobody')
    await wa.until(() => wa.pending.length === 0)
    await alice.send('hello')
    await wa.until(() => linked.bridge.events.length === 1)
    assert.deepEqual(said(linked), [`whatsapp:${alice.lid}: hello`])
    wa.assertNoSurprises()
  })

  test('and comes again, at another time, is cleared again, and told once', async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    wa.deafen()
    await wa.phone.send('meta-ai', 'What is for dinner?')
    const [copy] = wa.pending
    assert.ok(copy)
    wa.dropConnection()
    await wa.until(() => wa.pending.length === 0)
    wa.enqueue({ ...copy, attrs: { ...copy.attrs, t: String(Number(copy.attrs['t']) + 420) } })
    await wa.until(() => wa.pending.length === 0)
    await wa.phone.send('me', 'a note')
    await wa.until(() => linked.bridge.events.length === 2)
    assert.deepEqual(said(linked), [
      'whatsapp:867051314767696@bot: What is for dinner?',
      `whatsapp:${wa.account.lid}: a note`,
    ])
    wa.assertNoSurprises()
  })
})
