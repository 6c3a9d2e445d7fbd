import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content } from '../../src/bridge/event.ts'
import type { Fault, Params } from '../simulators/telegram/faults.ts'
import { changesTo, eve, says, text } from './conversation.ts'
import { carried, receive } from './family.ts'
import { openTroubled as open } from './troubled.ts'

const failure = { error: 500, description: 'Internal Server Error' } as const
const placeholder: Content = { kind: 'placeholder', label: 'Waiting for this message' }
const long = `poison ${Array.from({ length: 900 }, (_, word) => `word ${word}`).join(' ')} end`
const struck: Content = {
  kind: 'text',
  body: { text: 'poison', spans: [{ start: 0, length: 6, style: 'strike' }] },
}
const isPoisoned = (params: Params): boolean => String(params['text']).includes('poison')
const isRest = (params: Params): boolean => String(params['text']).endsWith(' end')

/** Edits the first message to be longer than one message may be, and says something behind it. */
const edit = async (
  { middle }: Awaited<ReturnType<typeof open>>,
  given: { restored?: true } = {},
): Promise<void> => {
  middle.inbox.receive([{ event: changesTo('a', { kind: 'edit', content: text(long) }), ...given }])
  middle.inbox.receive([{ event: says('b', 'next', { from: eve }) }])
  await carried(middle)
}
const outline = (words: string | undefined): string => `${words?.slice(0, 10)}…${words?.slice(-4)}`

const inTheWay = {
  nothing: undefined,
  'a 429': { error: 429, description: 'Too Many Requests: retry after 3', retryAfter: 3 },
  'a reset': 'reset-before',
  'another failure': failure,
} as const satisfies Record<string, Fault | undefined>

const given = { 'a long edit': {}, 'one that a backup brought back': { restored: true } } as const

for (const [name, more] of Object.entries(given))
  for (const [what, fault] of Object.entries(inTheWay))
    test(`of ${name} that Telegram takes after an hour of failing the rest goes, too, with ${what} in its way`, async () => {
      await using group = await open()
      const { middle, tg } = group
      await middle.start()
      await receive(middle, says('a', 'first'))
      tg.faults.next('editMessageText', failure, { times: 13, when: isPoisoned })
      if (fault !== undefined) tg.faults.next('sendMessage', fault, { when: isRest })
      await edit(group, more)
      const [first, rest, next] = group.seen()
      assert.equal(`${first?.slice('Bob\n'.length)} ${rest}`, long)
      assert.equal(next, 'Eve\nnext')
      assert.equal(middle.outbox.counts().failed, 0)
      assert.equal(tg.faults.waiting, 0)
    })

test('a message that may stand beside what held its place is told as one that may have arrived', async () => {
  await using group = await open()
  const { middle, tg } = group
  await middle.start()
  await receive(middle, says('a', 'first'), says('p', '', { content: placeholder, pending: true }))
  tg.faults.next('sendMessage', 'reply-lost', { when: isPoisoned })
  const odd = { error: 400, description: 'Bad Request: something else' } as const
  tg.faults.next('editMessageReplyMarkup', odd, { times: 1000 })
  await receive(middle, says('p', 'poison', { replyTo: { id: 'a', excerpt: 'first' } }))
  assert.match(group.told().at(-1) ?? '', /as it should be: It may have arrived or not\. /)
})

test('where only the rest of a long edit does not get in, that is told', async () => {
  await using group = await open()
  const { middle, tg } = group
  await middle.start()
  await receive(middle, says('a', 'first'))
  tg.faults.next('sendMessage', failure, { times: 1000, when: isRest })
  await edit(group)
  assert.deepEqual(group.seen().map(outline), ['Bob\npoison… 465', 'Eve\nnext…next'])
  assert.match(
    group.told().at(-1) ?? '',
    /^A change of a message from Family could not be shown in Telegram as it should be: It fails there again/,
  )
})

test('what was told of because its placeholder could not be taken away takes nothing from the next message that says the same', async () => {
  await using group = await open()
  const { middle, tg, store } = group
  await middle.start()
  await receive(middle, says('a', 'first'), says('p', '', { content: placeholder, pending: true }))
  tg.faults.next('deleteMessage', failure, { times: 1000 })
  // An edit makes no answer of what stands there.
  const answer = says('p', 'poison', { replyTo: { id: 'a', excerpt: 'first' } })
  await receive(middle, answer)
  tg.faults.clear()
  tg.faults.next('sendMessage', 'reply-lost', { when: isPoisoned })
  await receive(middle, says('q', 'poison'))
  assert.deepEqual(group.seen().slice(2), ['Bob\npoison', 'Bob\npoison'])
  assert.equal(middle.outbox.counts().failed, 1)
  const found = store.links.find({ chat: answer.chat, id: 'q' })
  assert.equal(store.links.parts(found?.key ?? 0).length, 1)
})

test('what may have taken the place of a placeholder at the last try is told as that', async () => {
  await using group = await open()
  const { middle, tg } = group
  await middle.start()
  await receive(middle, says('a', 'first'), says('p', '', { content: placeholder, pending: true }))
  tg.faults.next('editMessageText', failure, { times: 13, when: isPoisoned })
  tg.faults.next('editMessageText', { ...failure, done: true }, { when: isPoisoned })
  await receive(middle, says('p', 'poison'), says('b', 'next', { from: eve }))
  assert.deepEqual(group.seen(), ['Bob\nfirst', 'Bob\npoison', 'Eve\nnext'])
  const told = group.told().at(-1) ?? ''
  assert.match(told, /as it should be: It may have arrived or not\. It fails there again and again/)
})

test('a message that takes the place of another, and whose answer was lost, is looked for once, not before each try', async () => {
  await using group = await open()
  const { middle, tg } = group
  await middle.start()
  await receive(middle, says('a', 'first'), says('p', '', { content: placeholder, pending: true }))
  tg.faults.next('editMessageText', 'reply-lost', { when: isPoisoned })
  const slow = { error: 429, description: 'Too Many Requests: retry after 3', retryAfter: 3 } as const
  tg.faults.next('editMessageText', slow, { times: 6, when: isPoisoned })
  await receive(middle, says('p', 'poison'))
  assert.deepEqual(group.seen(), ['Bob\nfirst', 'Bob\npoison'])
  const looks = tg.callsOf('editMessageReplyMarkup').length
  assert.ok(looks > 0 && looks < 40, `${looks} questions`)
})

const inFront = {
  'at which Telegram fails for an hour': {
    fault: failure,
    problem: 'It fails there again',
    from: 40,
    to: 80,
  },
  'that a firewall refuses eight times': {
    fault: { status: 403, html: '<html>Blocked</html>' },
    problem: 'Something between this machine and Telegram refuses it',
    from: 3,
    to: 5,
  },
} as const

for (const [what, { fault, problem, from, to }] of Object.entries(inFront))
  test(`a change that a backup brought back, ${what} while others get through, holds its chat up no longer`, async () => {
    await using group = await open()
    const { middle, tg, tries } = group
    await middle.start()
    await receive(middle, says('a', 'first'))
    tg.faults.next('editMessageText', fault, { times: 1000, when: isPoisoned })
    const event = changesTo('a', { kind: 'edit', content: struck })
    middle.inbox.receive([{ event, restored: true }])
    middle.inbox.receive([{ event: says('b', 'next', { from: eve }) }])
    await carried(middle)
    assert.deepEqual(group.seen(), ['Bob\nfirst', 'Eve\nnext'])
    const minutes = ((tries.at(-1) ?? 0) - (tries[0] ?? 0)) / 60_000
    assert.ok(minutes > from && minutes < to, `${minutes} minutes`)
    const told = group.told().at(-1) ?? ''
    assert.ok(told.includes(`as it should be: It may have been made or not. ${problem}`), told)
  })
