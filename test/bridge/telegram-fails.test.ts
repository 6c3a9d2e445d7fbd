import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Content } from '../../src/bridge/event.ts'
import { plainText } from '../../src/bridge/rich-text.ts'
import { retry } from '../../src/bridge/verdict.ts'
import type { Fault, Params } from '../simulators/telegram/faults.ts'
import { jpeg } from '../simulators/telegram/helpers.ts'
import { mostTries } from '../telegram/bench.ts'
import { event as eventIn, waitUntil } from './bridge.ts'
import { changesTo, eve, says, text } from './conversation.ts'
import { carried, receive } from './family.ts'
import { elsewhere, openTroubled as open } from './troubled.ts'

const minute = 60_000
const failure = { error: 500, description: 'Internal Server Error' } as const
const blocked = { status: 403, html: '<html>Blocked</html>' } as const

const picture: Content = {
  kind: 'media',
  as: 'image',
  media: { source: 'x' },
  caption: plainText('poison'),
}

/** An album of pictures from these sources, whose captions say `poison` and where they come from. */
const albumOf = (...sources: readonly string[]) => [
  says('A', '', {
    content: { kind: 'album', items: [], expected: sources.length },
    album: { id: 'A' },
  }),
  ...sources.map((source, index) =>
    says(source, '', {
      content: { ...picture, media: { source }, caption: plainText(`poison ${source}`) },
      album: { id: 'A', index },
    }),
  ),
]

const isPoisoned = (params: Params): boolean => String(params['text']).includes('poison')
const ways = {
  'a message': {
    event: says('p', 'poison'),
    fails: ['sendMessage', isPoisoned],
    told: 'A message from Family could not be shown in Telegram',
  },
  'an edit': {
    event: changesTo('a', { kind: 'edit', content: text('poison') }),
    fails: ['editMessageText', isPoisoned],
    told: 'A change of a message from Family could not be shown in Telegram as it should be',
  },
  'a deletion': {
    event: { ...changesTo('a', { kind: 'deletion', by: 'author' }), id: 'poison' },
    fails: ['deleteMessage', () => true],
    told: 'A change of a message from Family could not be shown in Telegram',
  },
} as const

/** Tries a message, edit or deletion that nothing lets through while another chat goes on, and one behind it. */
const tryInVain = async (group: Awaited<ReturnType<typeof open>>, what: keyof typeof ways, fault: Fault) => {
  const { middle, tries, tg } = group
  const { event, fails } = ways[what]
  await middle.start()
  await receive(middle, says('a', 'first'))
  const [method, when] = fails
  tg.faults.next(method, fault, { times: 1000, when })
  middle.inbox.receive([{ event }])
  middle.inbox.receive([{ event: says('b', 'next', { from: eve }) }])
  await carried(middle)
  assert.deepEqual(group.seen(), ['Bob\nfirst', 'Eve\nnext'])
  assert.equal(middle.outbox.counts().failed, 1)
  return {
    calls: tg.callsOf(method).filter(({ params }) => when(params)).length,
    minutes: ((tries.at(-1) ?? 0) - (tries[0] ?? 0)) / minute,
  }
}

for (const what of ['a message', 'an edit', 'a deletion'] as const) {
  test(`${what} at which Telegram itself fails for an hour, while others get through, is given up and told, and what is behind it goes on`, async () => {
    await using group = await open()
    const { calls, minutes } = await tryInVain(group, what, failure)
    // What may be repeated is done once more where the other is looked for.
    assert.equal(calls, what === 'a message' ? 13 : 14)
    assert.ok(minutes > 40 && minutes < 80, `${minutes} minutes`)
    const [late, never = '', ...others] = group.told()
    assert.match(late ?? '', / cannot be (shown|made) in Telegram yet, and what is behind it waits: /)
    const doubt = what === 'a message' ? '' : 'It may have been made or not. '
    const words = `${ways[what].told}: ${doubt}It fails there again and again, while others get through`
    assert.ok(never.startsWith(words), never)
    assert.deepEqual(others, [])
  })

  test(`${what} that a firewall refuses eight times, while others get through, is given up and told, and what is behind it goes on`, async () => {
    await using group = await open()
    const { calls, minutes } = await tryInVain(group, what, blocked)
    assert.equal(calls, 8)
    assert.ok(minutes > 3 && minutes < 5, `${minutes} minutes`)
    const [never = '', ...others] = group.told()
    assert.ok(
      never.startsWith(`${ways[what].told}: Something between this machine and Telegram refuses`),
      never,
    )
    assert.match(never, /403 without JSON/)
    assert.deepEqual(others, [])
  })
}

test('a firewall in front of all that is sent, while updates come, takes nothing away', async () => {
  await using group = await open({ beside: 'nothing' })
  const { middle, clock, tg, other } = group
  await middle.start()
  const start = clock.now()
  tg.faults.next('sendMessage', blocked, { times: 10_000, when: () => clock.now() - start < 100 * minute })
  for (const number of [1, 2, 3]) middle.inbox.receive([{ event: says(`p${number}`, `poison ${number}`) }])
  middle.inbox.receive([{ event: eventIn(elsewhere, 'hello') }])
  await carried(middle)
  assert.ok(clock.now() - start > 100 * minute)
  assert.deepEqual(group.seen(), ['Bob\npoison 1', 'Bob\npoison 2', 'Bob\npoison 3'])
  assert.equal(other.transcript().length, 1)
  assert.equal(middle.outbox.counts().failed, 0)
})

test('where only what held the place of a message cannot be taken away, that is told within the hour, and its chat goes on', async () => {
  await using group = await open()
  const { middle, tries, tg } = group
  await middle.start()
  await receive(middle, says('a', 'first'), says('p', '', { content: placeholder, pending: true }))
  tg.faults.next('deleteMessage', failure, { times: 1000 })
  // An edit makes no answer of what stands there.
  middle.inbox.receive([{ event: says('p', 'poison', { replyTo: { id: 'a', excerpt: 'first' } }) }])
  middle.inbox.receive([{ event: says('b', 'next', { from: eve }) }])
  await carried(middle)
  const holder = 'Bob\nWaiting for this message'
  assert.deepEqual(group.seen(), ['Bob\nfirst', holder, 'Bob\npoison', 'Eve\nnext'])
  const minutes = ((tries.at(-1) ?? 0) - (tries[0] ?? 0)) / minute
  assert.ok(minutes > 40 && minutes < 80, `${minutes} minutes`)
  assert.match(
    group.told().at(-1) ?? '',
    /^A message from Family could not be shown in Telegram as it should be: It fails there again and again, while others/,
  )
})

const placeholder: Content = { kind: 'placeholder', label: 'Waiting for this message' }

for (const what of ['an edit', 'a deletion', 'a text in the place of a placeholder'] as const)
  test(`${what} that Telegram carries out the thirteenth time, and fails at the answer, is done, and not told as failed`, async () => {
    await using group = await open()
    const { middle, tg } = group
    await middle.start()
    await receive(middle, says('a', 'first'))
    const isFilled = what === 'a text in the place of a placeholder'
    if (isFilled) await receive(middle, says('p', '', { content: placeholder, pending: true }))
    const { event, fails } = isFilled
      ? { event: says('p', 'poison'), fails: ways['an edit'].fails }
      : ways[what]
    const [method, when] = fails
    tg.faults.next(method, failure, { times: 12, when })
    tg.faults.next(method, { ...failure, done: true }, { when })
    middle.inbox.receive([{ event }])
    middle.inbox.receive([{ event: says('b', 'next', { from: eve }) }])
    await carried(middle)
    const done = isFilled ? ['Bob\nfirst', 'Bob\npoison'] : what === 'an edit' ? ['Bob\npoison'] : []
    assert.deepEqual(group.seen(), [...done, 'Eve\nnext'])
    assert.equal(middle.outbox.counts().failed, 0)
    assert.doesNotMatch(group.told().join(), /could not/)
    assert.equal(tg.faults.waiting, 0)
  })

test('a message whose answer was lost, and that nobody could look for within a day, is told as one that may have arrived', async () => {
  await using group = await open()
  const { middle, tg } = group
  await middle.start()
  tg.faults.next('sendMessage', 'reply-lost', { when: isPoisoned })
  tg.faults.next('editMessageReplyMarkup', failure, { times: 10_000 })
  middle.inbox.receive([{ event: says('p', 'poison') }])
  await carried(middle)
  assert.deepEqual(group.seen(), ['Bob\npoison'])
  assert.match(group.told().at(-1) ?? '', /could not be shown in Telegram: It may have arrived or not\. /)
})

test('of an album of which a picture is refused in every form, the other stands, and it is told as not whole', async () => {
  await using group = await open()
  const { middle, tg } = group
  middle.whatsapp.files = () => Readable.from([jpeg(100, 100)])
  await middle.start()
  const refused = { error: 400, description: 'Bad Request: poison' } as const
  const isSecond = (params: Params): boolean => JSON.stringify(params).includes('poison 1')
  tg.faults.next('*', refused, { times: 100, when: isSecond })
  for (const event of albumOf('0', '1')) middle.inbox.receive([{ event }])
  await carried(middle)
  assert.deepEqual(group.seen(), ['Bob\npoison 0'])
  assert.match(
    group.told().at(-1) ?? '',
    /^A message from Family could not be shown in Telegram as it should be: /,
  )
})

for (const [beside, what] of [
  ['reactions', 'where reactions get through for hours, and no message does'],
  ['fillings', 'where placeholders become messages for hours, and nothing new gets through'],
] as const)
  test(`${what}, nothing is given up`, async () => {
    await using group = await open({ beside })
    const { middle, clock, tg, tries, first } = group
    await middle.start()
    if (beside === 'reactions') await receive(middle, first)
    else await group.hold()
    const start = clock.now()
    tg.faults.next('sendMessage', failure, {
      times: 10_000,
      when: () => clock.now() - start < 200 * minute,
    })
    middle.inbox.receive([{ event: says('p', 'poison') }])
    await carried(middle)
    assert.deepEqual(group.seen(), ['Bob\npoison'])
    assert.ok(tries.length > 20, `${tries.length} tries`)
    assert.equal(middle.outbox.counts().failed, 0)
  })

test('a message at which Telegram fails as it is goes in a plainer form', async () => {
  await using group = await open()
  const { middle, tg } = group
  await middle.start()
  const isStruck = ({ entities }: Params): boolean => JSON.stringify(entities ?? '').includes('strikethrough')
  tg.faults.next('sendMessage', failure, { times: 1000, when: isStruck })
  const content: Content = {
    kind: 'text',
    body: { text: 'poison', spans: [{ start: 0, length: 6, style: 'strike' }] },
  }
  middle.inbox.receive([{ event: says('p', '', { content }) }])
  await carried(middle)
  const tried = tg.callsOf('sendMessage').filter(({ params }) => isStruck(params))
  assert.equal(tried.length, 8)
  assert.deepEqual([group.seen(), group.told(), middle.outbox.counts().failed], [['Bob\npoison'], [], 0])
})

test('where nothing else is said, the owner is told after nine tries and each hour, and that this gets through shows in half a day that Telegram takes others', async () => {
  await using group = await open({ beside: 'nothing' })
  const { middle, tries, tg } = group
  await middle.start()
  tg.faults.next('sendMessage', failure, { times: 1000, when: isPoisoned })
  middle.inbox.receive([{ event: says('p', 'poison') }])
  middle.inbox.receive([{ event: says('b', 'next', { from: eve }) }])
  // About a hundred tries, each with a search: on a slow machine all together take longer than anything is waited for.
  const isOver = (): boolean => middle.outbox.counts().pending === 0
  while (!isOver()) {
    const { length } = tries
    await waitUntil(() => isOver() || tries.length > length)
  }
  assert.deepEqual(group.seen(), ['Eve\nnext'])
  const minutes = ((tries.at(-1) ?? 0) - (tries[0] ?? 0)) / minute
  assert.ok(minutes > 10 * 60 && minutes < 20 * 60, `${minutes} minutes`)
  const told = group.told()
  const [first, second] = [told[0], told.at(-1)]
  assert.ok(told.length > 10 && told.slice(0, -1).every(each => each === first), told.join('\n'))
  assert.equal(
    first,
    'A message from Family cannot be shown in Telegram yet, and what is behind it waits: Telegram had a failure of its own (500). I try on for a day at most; wa2tg status counts what waits so',
  )
  assert.match(second ?? '', /^A message from Family could not be shown in Telegram: It fails there/)
})

test('a picture at which Telegram fails for a quarter of an hour, while texts get through, is there as a picture', async () => {
  await using group = await open()
  const { middle, clock, tg } = group
  middle.whatsapp.files = () => Readable.from([jpeg(100, 100)])
  await middle.start()
  const start = clock.now()
  for (const method of ['sendPhoto', 'sendDocument'])
    tg.faults.next(method, failure, { times: 1000, when: () => clock.now() - start < 15 * minute })
  middle.inbox.receive([{ event: says('p', '', { content: picture }) }])
  await carried(middle)
  assert.deepEqual(group.seen(), ['Bob\npoison'])
  assert.deepEqual(
    group.group.transcript().map(({ kind }) => kind),
    ['photo'],
  )
})

/** A file of which a part is still here when the line breaks. */
const large = () =>
  Readable.from(
    (async function* () {
      for (let n = 0; n < 400; n += 1) yield Buffer.alloc(100_000, 1)
    })(),
  )

for (const [size, files] of [
  ['large', large],
  ['small', () => Readable.from([jpeg(100, 100)])],
] as const)
  test(`a ${size} file that never gets through, while texts do, becomes words within some hours, and what is behind it goes on`, async () => {
    await using group = await open()
    const { middle, clock, tg } = group
    middle.whatsapp.files = files
    await middle.start()
    const start = clock.now()
    const fault = size === 'large' ? 'reset-during-body' : 'reset-before'
    for (const method of ['sendPhoto', 'sendDocument']) tg.faults.next(method, fault, { times: 1000 })
    middle.inbox.receive([{ event: says('p', '', { content: picture }) }])
    middle.inbox.receive([{ event: says('b', 'next', { from: eve }) }])
    await carried(middle)
    assert.deepEqual(group.seen(), ['Bob\n[Photo could not be carried over]\npoison', 'Eve\nnext'])
    const minutes = (clock.now() - start) / minute
    assert.ok(minutes > 80 && minutes < 180, `${minutes} minutes`)
  })

for (const what of ['the look whether it is there', 'its download'])
  test(`a picture at which Telegram has failed for a while is there once, as a picture, where ${what} fails then`, async () => {
    await using group = await open()
    const { middle, tries, tg } = group
    const isLook = what !== 'its download'
    middle.whatsapp.files = () => {
      if (!isLook && tries.length === 10) throw retry('The host is busy')
      return Readable.from([jpeg(100, 100)])
    }
    await middle.start()
    tg.faults.next('sendPhoto', failure, { times: 9 })
    if (isLook) {
      tg.faults.next('sendPhoto', { ...failure, done: true })
      tg.faults.next('editMessageReplyMarkup', 'reset-before', {
        times: mostTries,
        when: () => tries.length === 11,
      })
    }
    middle.inbox.receive([{ event: says('p', '', { content: picture }) }])
    await carried(middle)
    assert.deepEqual(
      group.group.transcript().map(({ kind, text: words }) => [kind, words]),
      [['photo', 'Bob\npoison']],
    )
    assert.equal(tg.faults.waiting, 0)
    assert.equal(middle.outbox.counts().failed, 0)
  })

test('an outage that is over for some chats before it is for others takes nothing away', async () => {
  await using group = await open({ beside: 'nothing' })
  const { middle, clock, tries, tg, other } = group
  await middle.start()
  const start = clock.now()
  let isBroken = true
  tg.faults.next('sendMessage', failure, {
    times: 10_000,
    when: params => isBroken || (isPoisoned(params) && tries.length <= whenOver + 2),
  })
  let whenOver = 0
  middle.inbox.receive([{ event: says('p', 'poison') }])
  middle.inbox.receive([{ event: says('b', 'next', { from: eve }) }])
  await waitUntil(() => clock.now() - start > 100 * minute)
  isBroken = false
  whenOver = tries.length
  for (let n = 1; n < 4; n += 1) {
    middle.inbox.receive([{ event: eventIn(elsewhere, `hello ${n}`) }])
    await waitUntil(() => other.transcript().length === n && tries.length >= whenOver + n)
  }
  await carried(middle)
  assert.deepEqual(group.seen(), ['Bob\npoison', 'Eve\nnext'])
  assert.equal(middle.outbox.counts().failed, 0)
})

test('what Telegram fails at in one chat for half an hour, while others get through, is there when it is over', async () => {
  await using group = await open()
  const { middle, clock, tg } = group
  await middle.start()
  const start = clock.now()
  tg.faults.next('sendMessage', failure, {
    times: 1000,
    when: params => isPoisoned(params) && clock.now() - start < 30 * minute,
  })
  middle.inbox.receive([{ event: says('p', 'poison') }])
  middle.inbox.receive([{ event: says('b', 'next', { from: eve }) }])
  await carried(middle)
  assert.deepEqual(group.seen(), ['Bob\npoison', 'Eve\nnext'])
  assert.equal(middle.outbox.counts().failed, 0)
})

test('of an album of which a file is broken the others go, also where Telegram fails at the words for it for a while', async () => {
  await using group = await open()
  const { middle, tg } = group
  middle.whatsapp.files = ({ source }) =>
    source === '1'
      ? Readable.from(
          (async function* () {
            yield jpeg(100, 100).subarray(0, 50)
            throw retry('The host breaks off')
          })(),
        )
      : Readable.from([jpeg(100, 100)])
  await middle.start()
  tg.faults.next('sendMessage', failure, {
    times: 6,
    when: ({ text: words }) => String(words).includes('could not be carried over'),
  })
  for (const event of albumOf('1', '2', '3')) middle.inbox.receive([{ event }])
  await carried(middle)
  assert.deepEqual(
    group.group.transcript().map(({ kind }) => kind),
    ['text', 'photo', 'photo'],
  )
  assert.equal(tg.faults.waiting, 0)
})

test('while Telegram fails at everything nothing is given up, and the owner is told once of all chats', async () => {
  await using group = await open({ beside: 'nothing' })
  const { middle, clock, tg, other } = group
  await middle.start()
  const start = clock.now()
  let isBroken = true
  tg.faults.next('sendMessage', failure, { times: 10_000, when: () => isBroken })
  for (const number of [1, 2, 3]) middle.inbox.receive([{ event: says(`p${number}`, `poison ${number}`) }])
  middle.inbox.receive([{ event: eventIn(elsewhere, 'hello') }])
  await waitUntil(() => clock.now() - start > 30 * minute)
  isBroken = false
  await carried(middle)
  assert.deepEqual(group.seen(), ['Bob\npoison 1', 'Bob\npoison 2', 'Bob\npoison 3'])
  assert.equal(other.transcript().length, 1)
  assert.equal(middle.outbox.counts().failed, 0)
  assert.equal(group.told().length, 1)
})
