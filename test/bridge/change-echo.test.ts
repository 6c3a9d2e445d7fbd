import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeEvent, Content } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { event, mum, mumInTelegram, openBridge, waitUntil } from './bridge.ts'

const byOwner = { person: 'telegram:11', me: true } as const
const onPhone = { person: 'whatsapp:9@lid', me: true } as const
const poll: Content = { kind: 'poll', question: 'Where?', options: ['Here', 'There'], choices: 1 }

type Made = Pick<ChangeEvent, 'version' | 'chat' | 'id' | 'sender' | 'sentAt' | 'target'>

const makers: Record<string, (head: Made) => ChangeEvent> = {
  edit: head => ({ ...head, kind: 'edit', content: { kind: 'text', body: plainText('changed') } }),
  reaction: head => ({ ...head, kind: 'reaction', emoji: '👍' }),
  pin: head => ({ ...head, kind: 'pin', pinned: true }),
  deletion: head => ({ ...head, kind: 'deletion', by: 'author' }),
  vote: head => ({ ...head, kind: 'vote', choice: [1] }),
}

for (const [kind, make] of Object.entries(makers)) {
  test(`the echo of our own ${kind} does nothing more, though its job is done`, async () => {
    await using bridge = openBridge()
    bridge.worker.start()
    const isVote = kind === 'vote'
    const first = isVote ? event(mum, poll) : event(mumInTelegram, 'typed', { sender: byOwner })
    bridge.receive(first)
    await waitUntil(bridge.isDone)
    const [shown] = isVote ? bridge.telegram.shown : bridge.whatsapp.shown
    assert.ok(shown)
    const [inTelegram, inWhatsApp] = isVote ? [shown.id, first.id] : [first.id, shown.id]
    const head = { version: 1, sentAt: 1_700_000_000_001 } as const
    bridge.receive(
      make({ ...head, chat: mumInTelegram, id: 'C1', sender: byOwner, target: { id: inTelegram } }),
    )
    await waitUntil(bridge.isDone)
    const [change] = bridge.whatsapp.changes
    assert.equal(change?.event.kind, kind)
    const done = (): number => bridge.telegram.changes.length + bridge.telegram.attempts.length
    const before = done()
    const { messageId: id = '' } = change ?? {}
    bridge.receive(make({ ...head, chat: mum, id, sender: onPhone, target: { id: inWhatsApp } }))
    await waitUntil(bridge.isDone)
    assert.equal(done(), before)
  })
}
