import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { startTelegramSimulator } from '../simulators/telegram/index.ts'
import { tempStore } from '../store/temp-store.ts'
import { bob, changesTo, chat, eve, narrow, says, text } from './conversation.ts'
import { carried, openGroup, receive } from './family.ts'
import { openMiddle } from './middle.ts'

/** The group's Telegram chat, and another one to which it can be moved. */
const open = async () => {
  const family = await openGroup()
  const { tg, group, store } = family
  const other = tg.addSupergroup({ title: 'Other', botRights: {} })
  return {
    ...family,
    other,
    remove: () => store.mappings.remove(chat),
    move() {
      store.mappings.remove(chat)
      store.mappings.add({ whatsapp: chat, telegram: `telegram:${other.id}` })
    },
    reactions: () => group.transcript().map(({ reactions }) => reactions.map(({ emoji }) => emoji)),
    seenThere: () => other.transcript().map(({ text: words }) => words),
  }
}

const asked = [says('pin', 'my PIN is 1234'), says('typo', 'Good mourning'), says('joke', 'Ha')]
const changes = () => [
  changesTo('pin', { kind: 'deletion', by: 'author' }),
  changesTo('typo', { kind: 'edit', content: text('Good morning') }),
  changesTo('joke', { kind: 'reaction', emoji: '👍' }, { from: eve }),
]

test('what stands in another chat than is mapped by now is edited, reacted to and deleted there', async () => {
  await using family = await open()
  await using middle = family.open()
  await middle.start()
  await receive(middle, ...asked)
  family.move()
  await receive(middle, says('new', 'Hello here'), ...changes())
  assert.deepEqual(family.seen(), ['Bob\nGood morning', 'Bob\nHa'])
  assert.deepEqual(family.reactions(), [[], ['👍']])
  assert.deepEqual(family.seenThere(), ['Bob\nHello here'])
  assert.equal(middle.outbox.counts().failed, 0)
})

test('where its chat is mapped no more, what is deleted goes all the same, and nothing else is done', async () => {
  await using family = await open()
  await using middle = family.open()
  await middle.start()
  await receive(middle, ...asked)
  family.remove()
  await receive(middle, ...changes(), says('new', 'Hello'))
  assert.deepEqual(family.seen(), ['Bob\nGood mourning', 'Bob\nHa'])
  assert.deepEqual(family.reactions(), [[], []])
})

test('what cannot be changed where the bridge is no more is told of a deletion alone', async () => {
  await using family = await open()
  const { tg, group } = family
  const home = tg.addPrivateChat(tg.addUser({ id: 7001, first_name: 'Olga' }))
  await using middle = family.open({ ownerChat: () => `telegram:${home.id}` })
  await middle.start()
  await receive(middle, ...asked)
  family.move()
  tg.kick(group)
  const [deletion, ...others] = changes()
  await receive(middle, ...others)
  assert.deepEqual(home.transcript(), [])
  await receive(middle, ...(deletion ? [deletion] : []))
  assert.match(
    home
      .transcript()
      .map(({ text: words }) => words)
      .join(),
    /^A change of a message from Family could not/,
  )
})

const waiting: MessageEvent = {
  ...says('late', ''),
  content: { kind: 'placeholder', label: 'Waiting for this message' },
  pending: true,
  silent: true,
}

test('a message that was waited for in another chat changes nothing in this one, and is changed here', async () => {
  await using family = await open()
  await using middle = family.open()
  await middle.start()
  await receive(middle, waiting)
  family.move()
  await receive(middle, says('new', 'Hello here'), says('late', 'I come late'))
  assert.deepEqual(family.seenThere(), ['Bob\nHello here', 'Bob\nI come late'])
  await receive(middle, changesTo('late', { kind: 'deletion', by: 'author' }))
  assert.deepEqual(family.seenThere(), ['Bob\nHello here'])
})

test('what waits to go to another chat than is mapped by now is deleted there', async () => {
  await using family = await open()
  await using middle = family.open()
  for (const event of asked) middle.inbox.receive([{ event }])
  family.move()
  for (const event of changes()) middle.inbox.receive([{ event }])
  await middle.start()
  await carried(middle)
  assert.deepEqual(family.seen(), ['Bob\nGood morning', 'Bob\nHa'])
})

test('a picture of an album that gathers goes where its chat is mapped when it comes', async () => {
  await using family = await open()
  await using middle = family.open()
  middle.whatsapp.files = () => Readable.from([jpeg(100, 100)])
  const picture = (id: string): MessageEvent =>
    says(id, '', {
      content: { kind: 'media', as: 'image', media: { source: id }, caption: plainText(id) },
      album: { id: 'A' },
    })
  middle.inbox.receive([{ event: picture('before') }])
  family.move()
  middle.inbox.receive([{ event: picture('behind') }])
  await middle.start()
  await carried(middle)
  assert.deepEqual([family.seen(), family.seenThere()], [['Bob\nbefore'], ['Bob\nbehind']])
})

for (const how of ['move', 'remove'] as const)
  test(`what is under way together with others is deleted where that goes: ${how}`, async () => {
    await using family = await open()
    let changed = false
    await using middle = family.open({
      budgets: narrow,
      watch: carrier => ({
        ...carrier,
        async deliver(job, ...more) {
          if (job.event.includes('joined') && !changed) {
            changed = true
            family[how]()
            for (const event of changes()) middle.inbox.receive([{ event }])
          }
          return await carrier.deliver(job, ...more)
        },
      }),
    })
    const said = [says('a', 'Hello'), ...asked, says('z', 'Bye')]
    for (const event of said) middle.inbox.receive([{ event }])
    await middle.start()
    await carried(middle)
    assert.ok(changed)
    const all = family.seen().join()
    assert.ok(!all.includes('my PIN') && all.includes(how === 'move' ? 'Good morning' : 'Good mourning'), all)
    assert.deepEqual(family.seenThere(), [])
  })

test('a supergroup loses nothing that has the id of a note in the group that it was', async () => {
  await using tg = await startTelegramSimulator()
  const group = tg.addGroup({ title: 'Family' })
  using store = tempStore()
  store.mappings.add({ whatsapp: chat, telegram: `telegram:${group.id}` })
  await using middle = openMiddle(store, tg)
  await middle.start()
  await receive(middle, says('joke', 'Ha'), waiting)
  for (const from of [bob, eve])
    await receive(middle, changesTo('joke', { kind: 'reaction', emoji: '👍' }, { from }))
  assert.equal(group.transcript().length, 3)
  const supergroup = tg.migrate(group)
  const others = ['one', 'two', 'three', 'four'].map(id => says(id, id))
  await receive(
    middle,
    ...others,
    changesTo('joke', { kind: 'deletion', by: 'author' }),
    says('late', 'I come late'),
  )
  assert.deepEqual(
    supergroup.transcript().map(({ text: words }) => words),
    [...others.map(({ id }) => `Bob\n${id}`), 'Bob\nI come late'],
  )
})
