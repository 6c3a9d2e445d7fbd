import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRef } from '../../src/bridge/chat-ref.ts'
import type { ChangeEvent, Content, MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { unsure } from '../../src/bridge/verdict.ts'
import type { Database } from '../../src/store/index.ts'
import { event, family, familyInTelegram, openBridge, waitUntil } from './bridge.ts'
import { changesTo, says, text } from './conversation.ts'
import { carried, openGroup, receive } from './family.ts'

const bob = { person: 'whatsapp:78@lid', me: false } as const
const owner = { person: 'telegram:11', me: true } as const
const picture = (source: string): Content => ({
  kind: 'media',
  as: 'image',
  media: { source },
  caption: plainText(source),
})

/** What the disk makes of the job that carries this, and of no other. */
const spoil = (database: Database, words: string): void => {
  const { changes } = database.run(
    'UPDATE jobs SET event = substr(event, 1, 40) WHERE instr(event, ?) > 0',
    words,
  )
  assert.equal(changes, 1)
}

test('a message that a backup brought back goes, also where an edit of it is spoilt that waits behind it', async () => {
  await using group = await openGroup()
  await using middle = group.open()
  middle.inbox.receive([{ event: says('a', 'first'), restored: true }])
  middle.inbox.receive([{ event: changesTo('a', { kind: 'edit', content: text('second') }), restored: true }])
  spoil(group.store.database, 'second')
  await middle.start()
  await carried(middle)
  assert.deepEqual(group.seen(), ['Bob\nfirst'])
  assert.equal(middle.outbox.counts().failed, 1)
})

test('what is done in WhatsApp with something under way whose job is spoilt is taken in', async () => {
  await using bridge = openBridge()
  const taken: string[] = []
  bridge.whatsapp.scripts.push(async (_, show) => {
    const id = show()
    spoil(bridge.store.database, 'poison')
    const common = { version: 1, chat: family, sender: bob, sentAt: 1, target: { id } } as const
    for (const change of [
      { ...common, id: 'r1', kind: 'reaction', emoji: '👍' },
      { ...common, id: 'd1', kind: 'deletion', by: 'admin' },
    ] as const) {
      bridge.receive(change)
      taken.push(change.kind)
    }
    throw unsure('The ack is lost')
  })
  bridge.receive(event(familyInTelegram, 'poison', { sender: owner }))
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(taken, ['reaction', 'deletion'])
  assert.equal(bridge.outbox.counts().failed, 1)
})

test('a picture whose album is spoilt that waits for it goes by itself', async () => {
  await using bridge = openBridge()
  const announced = event(family, { kind: 'album', items: [], expected: 2 })
  const album = { id: announced.id }
  const item = (words: string): MessageEvent => event(family, picture(words), { album })
  bridge.receive({ ...announced, album }, item('poison'))
  spoil(bridge.store.database, 'poison')
  bridge.receive(item('healthy'))
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.shown.map(({ text: words }) => words).filter(words => words === 'healthy'),
    ['healthy'],
  )
  assert.equal(bridge.outbox.counts().failed, 1)
})

test('votes are shown, also where the disk has spoilt what somebody else has chosen', async () => {
  await using bridge = openBridge()
  const poll = event(family, { kind: 'poll', question: 'When?', options: ['Now', 'Later'], choices: 1 })
  const votes = (person: ChatRef): ChangeEvent => ({
    ...{ version: 1, kind: 'vote', chat: family, id: `vote ${person}`, sentAt: 1, choice: [1] },
    ...{ sender: { person, me: false }, target: { id: poll.id } },
  })
  bridge.receive(poll, votes('whatsapp:78@lid'), votes('whatsapp:79@lid'))
  const spoilt = "UPDATE votes SET choice = '[1' WHERE person = 'whatsapp:78@lid'"
  assert.equal(bridge.store.database.run(spoilt).changes, 1)
  bridge.worker.start()
  await waitUntil(bridge.isDone)
  assert.deepEqual(
    bridge.telegram.changes.at(-1)?.changed.votes.map(({ person }) => person),
    ['whatsapp:79@lid'],
  )
})

for (const kind of ['edit', 'deletion'] as const)
  test(`the owner's ${kind} of a message that is spoilt where it waits is taken in`, async () => {
    await using bridge = openBridge()
    const said = event(familyInTelegram, 'poison', { sender: owner })
    bridge.receive(said)
    spoil(bridge.store.database, 'poison')
    const common = { version: 1, chat: familyInTelegram, sender: owner, sentAt: 1, id: 'c1' } as const
    const target = { id: said.id }
    if (kind === 'edit') bridge.receive({ ...common, target, kind, content: text('better') })
    else bridge.receive({ ...common, target, kind, by: 'author' })
    bridge.receive(event(familyInTelegram, 'next', { sender: owner }))
    bridge.worker.start()
    await waitUntil(bridge.isDone)
    assert.equal(bridge.whatsapp.shown.at(-1)?.text, 'next')
    assert.equal(bridge.outbox.counts().failed, kind === 'edit' ? 1 : 0)
  })

test('a message in doubt is found, whatever is spoilt of one beside it that was given up', async () => {
  await using group = await openGroup()
  const { tg, store } = group
  await using middle = group.open()
  await middle.start()
  await receive(middle, says('a', 'first'))
  tg.faults.next('sendMessage', 'reply-lost')
  tg.faults.next('editMessageReplyMarkup', { error: 400, description: 'Bad Request: ODD' }, { times: 5000 })
  await receive(middle, says('b', 'given up'))
  tg.faults.clear()
  assert.equal(middle.outbox.counts().failed, 1)
  assert.equal(store.database.run('UPDATE jobs SET frame = substr(frame, 1, 40)').changes, 1)
  tg.faults.next('sendMessage', 'reply-lost')
  await receive(middle, says('c', 'in doubt'))
  assert.deepEqual(group.seen(), ['Bob\nfirst', 'Bob\ngiven up', 'Bob\nin doubt'])
  assert.equal(middle.outbox.counts().failed, 1)
})
