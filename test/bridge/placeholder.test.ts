import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import type { Content, MessageEvent } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { reject } from '../../src/bridge/verdict.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { changesTo, eve, narrow, says, text } from './conversation.ts'
import { carried, type Middle, openGroup, receive } from './family.ts'

const waiting: Content = { kind: 'placeholder', label: 'Waiting for this message' }
const pending = (id: string): MessageEvent => says(id, '', { content: waiting, pending: true, silent: true })

describe('a message that comes in a crowd takes the place that was held for it, and nobody else takes part in it', () => {
  const others = ['a', 'b', 'c', 'd', 'e'].map(id => says(id, `text ${id}`, { from: eve }))
  const late = says('late', 'I come late')
  const together = ['Eve · 5 Jan 12:00', ...others.map(({ id }) => `text ${id}`)].join('\n')
  for (const [place, crowd] of [
    ['before the others', [late, ...others]],
    ['behind the others', [...others, late]],
  ] as const)
    test(place, async () => {
      await using group = await openGroup()
      {
        await using before = group.open()
        await before.start()
        await receive(before, pending('late'), says('old', 'said in between', { from: eve }))
      }
      await using middle = group.open({ budgets: narrow })
      for (const event of crowd) middle.inbox.receive([{ event }])
      await middle.start()
      await carried(middle)
      assert.deepEqual(group.seen(), ['Bob\nI come late', 'Eve\nsaid in between', together])
      await receive(middle, changesTo('late', { kind: 'edit', content: text('I came late') }))
      assert.deepEqual(group.seen(), ['Bob\nI came late', 'Eve\nsaid in between', together])
      await receive(middle, changesTo('late', { kind: 'deletion', by: 'author' }))
      assert.deepEqual(group.seen(), ['Eve\nsaid in between', together])
      assert.equal(middle.outbox.counts().failed, 0)
    })

  test('one that an earlier version of the program joined leaves the others what they said', async () => {
    await using group = await openGroup()
    {
      await using before = group.open()
      await before.start()
      await receive(before, pending('late'))
    }
    await using middle = group.open({ budgets: narrow })
    for (const event of [...others, late]) middle.inbox.receive([{ event }])
    group.store.database.run('UPDATE jobs SET topic = NULL')
    await middle.start()
    await carried(middle)
    const [held, all] = group.seen()
    assert.equal(all, `${together}\n\nBob · 5 Jan 12:00\nI come late`)
    await receive(middle, changesTo('late', { kind: 'edit', content: text('I came late') }))
    assert.deepEqual(group.seen(), [held, `${together}\n\nBob · 5 Jan 12:00\nI came late`])
    await receive(middle, changesTo('late', { kind: 'deletion', by: 'author' }))
    assert.deepEqual(group.seen(), [held, together])
  })
})

describe('what is said of a message before it comes is no part of it', () => {
  const pinned = (id: string) => changesTo(id, { kind: 'pin', pinned: true }, { from: eve })
  const photo = says('P', '', {
    content: { kind: 'media', as: 'image', media: { source: 'P' }, caption: plainText('look') },
  })
  const late: MessageEvent = { ...photo, late: true, silent: true }
  const remark = '📌 Eve pinned this'
  /** Carries the words that stand for a photo that cannot be had. */
  const without = async (middle: Middle): Promise<void> => {
    middle.whatsapp.openError = reject('gone')
    await receive(middle, photo)
    middle.whatsapp.openError = undefined
    middle.whatsapp.files = () => Readable.from([jpeg(100, 100)])
  }

  test('its placeholder was pinned where the bot may not pin', async () => {
    await using group = await openGroup()
    await using middle = group.open()
    await middle.start()
    await receive(middle, pending('X'), pinned('X'))
    assert.deepEqual(group.seen(), ['Bob\nWaiting for this message', remark])
    await receive(middle, says('X', 'Meet at seven'))
    assert.deepEqual(group.seen(), ['Bob\nMeet at seven', remark])
    await receive(middle, changesTo('X', { kind: 'edit', content: text('Meet at eight') }))
    assert.deepEqual(group.seen(), ['Bob\nMeet at eight', remark])
    await receive(middle, changesTo('X', { kind: 'pin', pinned: false }, { from: eve }))
    assert.deepEqual(group.seen(), ['Bob\nMeet at eight'])
  })

  test('what comes is an answer, and is sent anew', async () => {
    await using group = await openGroup()
    await using middle = group.open()
    await middle.start()
    await receive(middle, says('a', 'When?'), pending('X'), pinned('X'))
    await receive(middle, says('X', 'At seven', { replyTo: { id: 'a' } }))
    await receive(middle, changesTo('X', { kind: 'edit', content: text('At eight') }))
    assert.deepEqual(group.seen(), ['Bob\nWhen?', remark, 'Bob\nAt eight'])
    await receive(middle, changesTo('X', { kind: 'deletion', by: 'author' }))
    assert.deepEqual(group.seen(), ['Bob\nWhen?'])
  })

  test('the words in place of its file were pinned', async () => {
    await using group = await openGroup()
    await using middle = group.open()
    await middle.start()
    await without(middle)
    await receive(middle, pinned('P'), late)
    const shown = group.group.transcript().map(({ kind, text: words }) => [kind, words])
    assert.deepEqual(shown, [
      ['photo', 'Bob\nlook'],
      ['text', remark],
    ])
  })

  test('an edit made two messages of the words in place of its file, and both give way to it', async () => {
    await using group = await openGroup()
    await using middle = group.open()
    await middle.start()
    await without(middle)
    await receive(middle, changesTo('P', { kind: 'edit', content: text('long '.repeat(1000)) }))
    assert.equal(group.seen().length, 2)
    await receive(middle, late)
    assert.deepEqual(
      group.group.transcript().map(({ kind }) => kind),
      ['photo', 'text'],
    )
    assert.equal(group.seen().join(' ').split(/\s+/).join(' '), `Bob ${'long '.repeat(1000).trim()}`)
  })
})
