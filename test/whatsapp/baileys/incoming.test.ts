import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ChangeEvent } from '../../../src/bridge/event.ts'
import { samples } from '../../simulators/samples.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

/** What people do to messages, as it arrives through the real Baileys. */
const changesOf = (linked: Linked, count: number): Promise<ChangeEvent[]> =>
  until(`${count} changes`, () => linked.bridge.changes.length === count && linked.bridge.changes)

const essence = ({ version: _v, chat: _c, id: _i, sentAt: _t, sender, ...rest }: ChangeEvent) => ({
  ...rest,
  sender: sender.person,
})

const text = (words: string) => ({ kind: 'text', body: { text: words, spans: [] } })

describe('changes of messages', () => {
  for (const addressing of ['lid', 'pn'] as const) {
    test(`arrive in a private chat by ${addressing}, plain and sealed`, async () => {
      await using linked = await Linked.started()
      const alice = linked.wa.addContact({ name: 'Alice', addressing })
      const sender = `whatsapp:${alice.lid}`
      const id = await alice.send('first')
      const target = { id }
      await alice.acts.edit(id, 'second')
      await alice.acts.edit(id, 'third', { sealed: true })
      await alice.acts.edit(id, 'fourth', { sealed: true, by: addressing === 'lid' ? 'pn' : 'lid' })
      await alice.acts.react(id, '👍')
      await alice.acts.react(id, '')
      await alice.acts.pin(id, { seconds: 86_400 })
      await alice.acts.revoke(id)
      assert.deepEqual((await changesOf(linked, 7)).map(essence), [
        { kind: 'edit', target, content: text('second'), sender },
        { kind: 'edit', target, content: text('third'), sender },
        { kind: 'edit', target, content: text('fourth'), sender },
        { kind: 'reaction', target, emoji: '👍', sender },
        { kind: 'reaction', target, emoji: '', sender },
        { kind: 'pin', target, pinned: true, seconds: 86_400, sender },
        { kind: 'deletion', target, by: 'author', sender },
      ])
      linked.wa.assertNoSurprises()
    })

    test(`arrive in a group by ${addressing}, plain and sealed`, async () => {
      await using linked = await Linked.started()
      const [alice, bob] = [linked.wa.addContact({ name: 'Alice' }), linked.wa.addContact({ name: 'Bob' })]
      const to = linked.wa.addGroup({ subject: 'Class', participants: [alice, bob], addressing })
      const sender = `whatsapp:${bob.lid}`
      const id = await alice.send('first', { to })
      const target = { id, person: `whatsapp:${alice.lid}` }
      await bob.acts.react(id, '👍', { to, sealed: true })
      await bob.acts.comment(id, 'indeed', { to, sealed: true })
      await bob.acts.comment(id, 'truly', { to })
      const poll = await alice.acts.poll('Lunch?', ['Pizza', 'Sushi', 'Salad'], { to, choices: 0 })
      await bob.acts.vote(poll, ['Salad', 'Pizza'], { to })
      await bob.acts.vote(poll, ['Sushi'], { to, by: addressing === 'lid' ? 'pn' : 'lid' })
      const meeting = await alice.send({ eventMessage: { name: 'Picnic' } }, { to })
      await bob.acts.answer(meeting, 'MAYBE', { to, guests: 1 })
      await alice.acts.edit(meeting, { eventMessage: { name: 'Picnic (moved)' } }, { to, sealed: true })
      const changes = await changesOf(linked, 5)
      assert.deepEqual(changes.map(essence), [
        { kind: 'reaction', target, emoji: '👍', sender },
        { kind: 'vote', target: { id: poll }, choice: [2, 0], sender },
        { kind: 'vote', target: { id: poll }, choice: [1], sender },
        { kind: 'vote', target: { id: meeting }, choice: [1], guests: 1, sender },
        {
          kind: 'edit',
          target: { id: meeting },
          content: { kind: 'appointment', title: 'Picnic (moved)' },
          sender: `whatsapp:${alice.lid}`,
        },
      ])
      assert.deepEqual(
        linked.bridge.messages.filter(({ replyTo }) => replyTo?.id === id).map(({ content }) => content),
        [text('indeed'), text('truly')],
      )
      linked.wa.assertNoSurprises()
    })
  }

  test('of what the bridge sent are opened with the secret that went out with it', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    await linked.deliver('hello', { chat: `whatsapp:${alice.lid}`, messageId: '3EB0AABB' })
    await until('the message', () => alice.inbox.length === 1)
    await alice.acts.react('3EB0AABB', '❤️', { sealed: true })
    await alice.acts.react('3EB0AABB', '👍', { sealed: true, by: 'pn' })
    const changes = await changesOf(linked, 2)
    assert.deepEqual(
      changes.map(change => change.kind === 'reaction' && change.emoji),
      ['❤️', '👍'],
    )
  })

  test('that the owner makes on the phone come as their own, sealed ones of the phone too', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const phone = linked.wa.phone.acts(alice)
    const theirs = await alice.send('question?')
    const own = await linked.wa.phone.send(alice, 'answer')
    await phone.react(theirs, '👍')
    await phone.edit(own, 'better', { sealed: true })
    await phone.revoke(own)
    const changes = await changesOf(linked, 3)
    assert.deepEqual(changes.map(essence), [
      {
        kind: 'reaction',
        target: { id: theirs },
        emoji: '👍',
        silent: true,
        sender: 'whatsapp:900000000000001@lid',
      },
      {
        kind: 'edit',
        target: { id: own },
        content: text('better'),
        silent: true,
        sender: 'whatsapp:900000000000001@lid',
      },
      {
        kind: 'deletion',
        target: { id: own },
        by: 'author',
        silent: true,
        sender: 'whatsapp:900000000000001@lid',
      },
    ])
    assert.ok(changes.every(({ sender, chat }) => sender.me && chat === `whatsapp:${alice.lid}`))
    linked.wa.assertNoSurprises()
  })

  test('keep working when a person is addressed in another way in mid-conversation', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice', addressing: 'pn' })
    const id = await alice.send('by number')
    const poll = await alice.acts.poll('Now?', ['Yes', 'No'])
    await until('both', () => linked.bridge.messages.length === 2)
    alice.addressing = 'lid'
    await alice.acts.edit(id, 'by LID', { sealed: true, by: 'pn' })
    await alice.acts.vote(poll, ['No'])
    await alice.acts.revoke(id)
    const changes = await changesOf(linked, 3)
    assert.deepEqual(
      changes.map(({ kind, target, chat }) => [kind, target.id, chat]),
      [
        ['edit', id, `whatsapp:${alice.lid}`],
        ['vote', poll, `whatsapp:${alice.lid}`],
        ['deletion', id, `whatsapp:${alice.lid}`],
      ],
    )
  })

  test('by an administrator are told from those of others, also of one made after we joined', async () => {
    await using linked = await Linked.started()
    const [alice, bob] = [linked.wa.addContact({ name: 'Alice' }), linked.wa.addContact({ name: 'Bob' })]
    const to = linked.wa.addGroup({ subject: 'Class', participants: [alice, bob], admins: [alice] })
    const theirs = await bob.send('rude', { to })
    const other = await alice.send('nice', { to })
    await bob.acts.revoke(other, { to })
    await alice.acts.revoke(theirs, { to })
    const changes = await changesOf(linked, 2)
    assert.deepEqual(
      changes.map(change => change.kind === 'deletion' && change.by),
      ['author', 'admin'],
    )
    linked.wa.assertNoSurprises()
  })
})

describe('what is kept from disappearing', () => {
  const brief = { extendedTextMessage: { text: 'for now', contextInfo: { expiration: 86_400 } } }

  test('is told with who may say so: everybody, or in a locked group its administrators and each author', async () => {
    await using linked = await Linked.started()
    const { wa, bridge } = linked
    const [alice, bob] = [wa.addContact({ name: 'Alice' }), wa.addContact({ name: 'Bob' })]
    const to = wa.addGroup({ subject: 'Class', participants: [alice, bob], admins: [alice] })
    const own = await bob.send(brief)
    const theirs = await bob.send(brief, { to })
    await wa.phone.acts(bob).keep(own)
    await bob.acts.keep(own, { undo: true })
    await bob.acts.keep(theirs, { to })
    await changesOf(linked, 3)
    to.set({ locked: true }, alice)
    await until('the lock to be known', () => bridge.sessions.get('restricted', to.jid))
    await bob.acts.keep(theirs, { to })
    await bob.acts.keep(theirs, { to, undo: true })
    await alice.acts.keep(theirs, { to })
    await changesOf(linked, 6)
    // What nobody has told us the group itself tells.
    to.locked = false
    await linked.restart()
    await bob.acts.keep(theirs, { to })
    const changes = await changesOf(linked, 7)
    assert.deepEqual(
      changes.map(event => event.kind === 'kept' && [event.kept, event.by, event.target.id === own]),
      [
        [true, 'anyone', true],
        [false, 'anyone', true],
        [true, 'anyone', false],
        [true, 'author', false],
        [false, 'author', false],
        [true, 'anyone', false],
        [true, 'anyone', false],
      ],
    )
    assert.deepEqual(
      changes.map(({ sender }) => sender.me),
      [true, false, false, false, false, false, false],
    )
    wa.assertNoSurprises()
  })
})

describe('contents', () => {
  test('an album comes as its announcement and pictures that name it', async () => {
    await using linked = await Linked.started()
    const alice = linked.wa.addContact({ name: 'Alice' })
    const { media } = linked.wa
    const pictures = [await samples.photo(media, 'one'), await samples.photo(media, 'two')]
    const { id, items } = await alice.acts.album(pictures)
    await until('three', () => linked.bridge.messages.length === 3)
    const [announced, ...children] = linked.bridge.messages
    assert.deepEqual(announced?.content, { kind: 'album', items: [], expected: 2 })
    assert.deepEqual(
      children.map(child => [child.id, child.album]),
      items.map((item, index) => [item, { id, index }]),
    )
  })

  test('what linked devices are only told of leaves a trace', async () => {
    await using linked = await Linked.started({ waitingMs: 50 })
    const alice = linked.wa.addContact({ name: 'Alice' })
    alice.sendUnavailable('view_once')
    alice.sendUnavailable('view_once_unavailable_fanout')
    await alice.send('and on')
    await until('three', () => linked.bridge.messages.length === 3)
    assert.deepEqual(linked.bridge.said, [
      'View once message; open it on the phone',
      'View once message; open it on the phone',
      'and on',
    ])
  })

  test('what linked devices are only told of stands where it was sent, also behind messages that waited', async () => {
    await using linked = await Linked.started()
    const { wa } = linked
    const alice = wa.addContact({ name: 'Alice' })
    await linked.stop()
    await alice.send('one')
    await alice.send('two')
    alice.sendUnavailable('view_once')
    await alice.send('three')
    linked.reopen()
    await linked.start()
    await until('four', () => linked.bridge.messages.length === 4)
    assert.deepEqual(linked.bridge.said, ['one', 'two', 'View once message; open it on the phone', 'three'])
  })

  for (const type of ['unknown_fanout', undefined]) {
    test(`a message that cannot be read is announced, and takes its place under the same id when it comes (${type})`, async () => {
      await using linked = await Linked.started({ waitingMs: 20 })
      const alice = linked.wa.addContact({ name: 'Alice' })
      const id = alice.sendUnavailable(type)
      await until('the placeholder', () => linked.bridge.messages.length === 1)
      assert.deepEqual([linked.bridge.messages[0]?.id, linked.bridge.messages[0]?.pending], [id, true])
      await alice.send('at last', { id })
      await until('the message', () => linked.bridge.said.includes('at last'))
      assert.deepEqual(linked.bridge.said, ['at last'])
      assert.equal(linked.bridge.messages[0]?.pending, undefined)
    })
  }
})
