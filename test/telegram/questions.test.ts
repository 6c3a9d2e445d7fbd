import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { checkChat } from '../../src/telegram/check-chat.ts'
import { encodeVote } from '../../src/telegram/vote-button.ts'
import { eventually } from '../simulators/eventually.ts'
import type { Fault } from '../simulators/telegram/index.ts'
import { Bench, delivery, failureOf, text } from './bench.ts'

/** What may become of an answer to what changes nothing in a chat. */
const faults: readonly Fault[] = [
  'reply-lost',
  { cutAfter: 130, reset: true },
  { status: 502, html: '<h1>Bad Gateway</h1>', done: true },
]

for (const fault of faults) {
  const what = `broken by ${JSON.stringify(fault)}`

  for (const method of ['getMe', 'getChat', 'getChatMember', 'sendMessage']) {
    test(`${method}, ${what}, says nothing of the chat that is looked at, and is asked again`, async () => {
      await using bench = await Bench.open()
      const access = { token: bench.tg.token, apiRoot: bench.tg.apiRoot }
      const group = bench.addGroup()
      const check = () => checkChat({ ...access, place: { chatId: group.id } })
      bench.tg.faults.next(method, fault)
      const broken = await check()
      assert.ok(!broken.ok && broken.passes)
      assert.match(broken.problem, /cannot be reached/)
      assert.ok((await check()).ok)
      assert.deepEqual(group.transcript(), [])
      bench.tg.assertNoSurprises()
    })
  }

  for (const method of ['getMe', 'getUpdates']) {
    test(`${method}, ${what}, is asked again, and what was written comes once`, async () => {
      await using bench = await Bench.open()
      bench.tg.faults.next(method, fault)
      bench.owner.sends(bench.home, 'one')
      await bench.connect()
      await eventually(() => bench.inbox.texts.length === 1, 'what was there at the start')
      bench.tg.faults.next('getUpdates', fault)
      for (const words of ['two', 'three']) bench.owner.sends(bench.home, words)
      await eventually(() => bench.inbox.texts.includes('three'), 'what came in the middle')
      await eventually(() => bench.tg.pendingUpdates === 0, 'all to be confirmed')
      assert.deepEqual([bench.inbox.texts, bench.tg.faults.waiting], [['one', 'two', 'three'], 0])
    })
  }

  test(`getFile, ${what}, is asked again, and the file is there`, async () => {
    await using bench = await Bench.open()
    await bench.connect()
    const bytes = Buffer.alloc(3000, 'some bytes')
    bench.owner.sends(bench.home, { document: { bytes, name: 'a.bin' } })
    await eventually(() => bench.inbox.messages.length === 1, 'the message')
    const content = bench.inbox.messages[0]?.content
    assert.ok(content?.kind === 'media')
    const open = () => bench.network.openMedia(content.media, new AbortController().signal)
    bench.tg.faults.next('getFile', fault)
    assert.equal((await failureOf(open())).verdict.kind, 'retry')
    assert.deepEqual(await buffer(await open()), bytes)
  })

  test(`what answers a command, ${what}, is there once, and keeps nothing back`, async () => {
    await using bench = await Bench.open()
    const group = bench.addGroup()
    await bench.connect()
    bench.tg.faults.next('sendMessage', fault)
    bench.owner.sends(group, '/id')
    bench.owner.sends(group, 'then')
    await eventually(() => bench.inbox.texts.includes('then'), 'what is behind it')
    await eventually(() => bench.tg.faults.waiting === 0, 'the answer')
    bench.owner.sends(group, '/id')
    const answers = () => group.transcript().filter(({ from }) => from.isBot)
    await eventually(() => bench.tg.callsOf('sendMessage').length > 1, 'the second answer')
    await eventually(() => answers().length >= 2, 'both answers')
    assert.equal(answers().length, 2)
  })

  test(`/delete, ${what} where it is taken away itself, is carried out once`, async () => {
    await using bench = await Bench.open()
    const botRights = { can_delete_messages: true }
    const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner], botRights })
    await bench.connect()
    const { message_id: id } = bench.owner.sends(group, 'oops')
    bench.tg.faults.next('deleteMessage', fault)
    bench.owner.sends(group, { text: '/delete', reply_to: id })
    bench.owner.sends(group, 'then')
    await eventually(() => bench.inbox.texts.includes('then'), 'what is behind it')
    await eventually(() => bench.tg.faults.waiting === 0, 'the command to be taken away')
    const deletions = bench.inbox.arrivals.filter(({ event }) => event.kind === 'deletion')
    const shown = group.transcript().map(({ text: words }) => words)
    assert.deepEqual([deletions.length, shown], [1, ['oops', 'then']])
  })

  test(`getChat, ${what}, leaves what is in doubt there in doubt until it is asked again`, async () => {
    await using bench = await Bench.open()
    const group = bench.addGroup()
    const chat = `telegram:${group.id}` as const
    await bench.connect()
    const job = { ...delivery({ chat, content: text('in doubt') }), mark: bench.network.mark?.(chat) ?? '' }
    bench.tg.faults.next('sendMessage', 'reply-lost')
    await failureOf(bench.network.send(job))
    bench.tg.faults.next('getChat', fault)
    const { verdict, chatUnreachable } = await failureOf(bench.network.settle?.(job) ?? Promise.resolve())
    assert.deepEqual([verdict.kind, chatUnreachable, job.sent], ['retry', false, []])
    assert.equal(await bench.network.settle?.(job), true)
    assert.equal(group.transcript().length, 1)
    bench.tg.assertNoSurprises()
  })

  test(`getCustomEmojiStickers, ${what}, is asked again, and the reaction comes once`, async () => {
    await using bench = await Bench.open()
    // Only an administrator hears of reactions.
    const group = bench.tg.addSupergroup({ title: 'Family', members: [bench.owner], botRights: {} })
    await bench.connect()
    bench.tg.addCustomEmoji('77', '🐸')
    const { message_id: id } = bench.owner.sends(group, 'look')
    bench.tg.faults.next('getCustomEmojiStickers', fault)
    bench.owner.reacts(group, id, [{ custom: '77' }])
    bench.owner.sends(group, 'then')
    await eventually(() => bench.inbox.texts.includes('then'), 'what is behind it')
    const reactions = bench.inbox.arrivals.flatMap(({ event }) =>
      event.kind === 'reaction' ? event.emoji : [],
    )
    assert.deepEqual([reactions, bench.tg.faults.waiting], [['🐸'], 0])
  })

  test(`answerCallbackQuery, ${what}, keeps no vote back, nor what is behind it`, async () => {
    await using bench = await Bench.open()
    const group = bench.addGroup()
    await bench.connect()
    const { message_id: id } = bench.owner.sends(group, 'a poll, let us say')
    bench.tg.faults.next('answerCallbackQuery', fault)
    for (const choice of [3, 4]) bench.owner.calls(group, id, encodeVote(choice))
    bench.owner.sends(group, 'then')
    await eventually(() => bench.inbox.texts.includes('then'), 'what is behind it')
    const votes = bench.inbox.arrivals.flatMap(({ event }) => (event.kind === 'vote' ? event.choice : []))
    assert.deepEqual(votes, [3, 4])
    await eventually(() => bench.tg.callsOf('answerCallbackQuery').length === 2, 'both answers')
    assert.equal(bench.tg.faults.waiting, 0)
  })
}
