import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Api, HttpError } from 'grammy'
import { jpeg, notModified, openBench, refused } from './helpers.ts'

test('what the bot sends is what a person sees', async () => {
  await using bench = await openBench()
  const { api, tg, chat } = bench
  assert.equal((await api.getMe()).username, 'bridge_bot')
  const sent = await api.sendMessage(chat.id, ' hi there ', {
    entities: [{ type: 'bold', offset: 1, length: 2 }],
  })
  assert.equal(sent.text, 'hi there')
  assert.deepEqual(sent.entities, [{ type: 'bold', offset: 0, length: 2 }])
  const [seen] = chat.transcript()
  assert.equal(seen?.text, 'hi there')
  assert.equal(seen?.from.isBot, true)
  tg.assertNoSurprises()
})

test('what a person sends reaches the bot once the offset confirms what came before', async () => {
  await using bench = await openBench()
  const { api, owner, chat } = bench
  owner.sends(chat, { text: '/start now' })
  const waiting = await api.getUpdates()
  assert.equal(waiting[0]?.message?.text, '/start now')
  assert.deepEqual(waiting[0]?.message?.entities, [{ type: 'bot_command', offset: 0, length: 6 }])
  const again = await api.getUpdates({ offset: waiting[0]?.update_id ?? 0 })
  assert.equal(again.length, 1, 'unconfirmed updates come again')
  const poll = api.getUpdates({ offset: (waiting[0]?.update_id ?? 0) + 1, timeout: 30 })
  owner.sends(chat, 'second')
  assert.equal((await poll)[0]?.message?.text, 'second')
})

test('a second poller ends the wait of the first', async () => {
  await using bench = await openBench()
  const { api, owner, chat, tg } = bench
  const first = refused(
    api.getUpdates({ timeout: 30 }),
    409,
    'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  )
  while (tg.calls.length === 0) await new Promise(resolve => setImmediate(resolve))
  const second = api.getUpdates({ offset: 5, timeout: 30 })
  await first
  owner.sends(chat, 'woken')
  assert.equal((await second).length, 1)
})

test('texts are refused in the words of Telegram', async () => {
  await using bench = await openBench()
  const { api, chat } = bench
  await refused(api.sendMessage(99, ''), 400, 'Bad Request: message text is empty')
  await refused(api.sendMessage(99, 'x'), 400, 'Bad Request: chat not found')
  await refused(api.sendMessage(chat.id, ' \n '), 400, 'Bad Request: text must be non-empty')
  for (const unseen of ['\u200e', '\u2800 \u00a0', '\ufeff\ufffc\u{e0061}'])
    await refused(api.sendMessage(chat.id, unseen), 400, 'Bad Request: text must be non-empty')
  assert.equal((await api.sendMessage(chat.id, '😀'.repeat(4096))).text.length, 8192)
  await refused(api.sendMessage(chat.id, '😀'.repeat(4097)), 400, 'Bad Request: message is too long')
  await refused(api.sendMessage(chat.id, 'x'.repeat(32769)), 400, 'Bad Request: text is too long')
  const at = (offset: number, length: number) => ({ entities: [{ type: 'bold' as const, offset, length }] })
  await refused(
    api.sendMessage(chat.id, '😀b', at(1, 1)),
    400,
    'Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 4',
  )
  await refused(
    api.sendMessage(chat.id, 'a😀b', at(0, 2)),
    400,
    'Bad Request: entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 5',
  )
  await refused(
    api.sendMessage(chat.id, 'abc', at(1, 5)),
    400,
    'Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 6',
  )
  await refused(
    api.sendMessage(chat.id, 'abc', at(4, 1)),
    400,
    'Bad Request: entity begins after the end of the text at UTF-16 offset 4',
  )
  await refused(api.sendMessage(chat.id, 'a\ud83d'), 400, 'Bad Request: strings must be encoded in UTF-8')
  assert.equal(chat.transcript().length, 1)
})

test('text is cleaned and its entities move along', async () => {
  await using bench = await openBench()
  const { api, chat } = bench
  const sent = await api.sendMessage(chat.id, '\r\n a\u2028b\tc\r\nd  ', {
    entities: [
      { type: 'bold', offset: 3, length: 3 },
      { type: 'italic', offset: 6, length: 30 - 24 },
    ],
  })
  assert.equal(sent.text, 'ab c\nd')
  assert.deepEqual(sent.entities, [
    { type: 'bold', offset: 0, length: 2 },
    { type: 'italic', offset: 2, length: 4 },
  ])
})

test('touching equal entities become one and crossing ones are split', async () => {
  await using bench = await openBench()
  const { api, chat } = bench
  const joined = await api.sendMessage(chat.id, 'abcdef', {
    entities: [
      { type: 'bold', offset: 0, length: 3 },
      { type: 'bold', offset: 3, length: 3 },
    ],
  })
  assert.deepEqual(joined.entities, [{ type: 'bold', offset: 0, length: 6 }])
  const split = await api.sendMessage(chat.id, 'abcdef', {
    entities: [
      { type: 'bold', offset: 0, length: 4 },
      { type: 'code', offset: 2, length: 3 },
    ],
  })
  assert.deepEqual(split.entities, [
    { type: 'bold', offset: 0, length: 2 },
    { type: 'code', offset: 2, length: 3 },
  ])
})

test('an edit is refused where Telegram refuses it', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  const sent = await api.sendMessage(chat.id, 'one')
  const theirs = owner.sends(chat, 'two')
  const group = tg.addSupergroup({ title: 'G', forum: true, members: [owner], botRights: {} })
  const topic = group.addTopic({ name: 'T' })
  await refused(api.editMessageText(chat.id, sent.message_id, 'one'), 400, notModified)
  await refused(api.editMessageReplyMarkup(chat.id, sent.message_id), 400, notModified)
  const cannot = "Bad Request: message can't be edited"
  await refused(api.editMessageReplyMarkup(chat.id, theirs.message_id), 400, cannot)
  await refused(api.editMessageReplyMarkup(group.id, topic.message_thread_id), 400, cannot)
  await refused(api.editMessageReplyMarkup(chat.id, 9999), 400, 'Bad Request: message to edit not found')
  await refused(
    api.editMessageCaption(chat.id, sent.message_id, { caption: 'x' }),
    400,
    'Bad Request: there is no caption in the message to edit',
  )
  const edited = await api.editMessageText(chat.id, sent.message_id, 'three')
  assert.ok(edited !== true && 'text' in edited)
  assert.equal(edited.text, 'three')
  assert.ok(edited.edit_date > 0)
  assert.equal(chat.transcript()[0]?.edited, true)
})

test('in a channel the bot may edit what others post, and only that comes as updates', async () => {
  await using bench = await openBench()
  const { api, owner, tg } = bench
  const channel = tg.addChannel({ title: 'News', members: [owner] })
  await api.sendMessage(channel.id, 'ours')
  const theirs = owner.sends(channel, 'theirs')
  const updates = await api.getUpdates()
  assert.deepEqual(
    updates.map(({ channel_post }) => channel_post?.message_id),
    [theirs.message_id],
  )
  await refused(api.editMessageReplyMarkup(channel.id, theirs.message_id), 400, notModified)
  await api.editMessageText(channel.id, theirs.message_id, 'changed')
  assert.deepEqual(
    channel.transcript().map(({ text }) => text),
    ['ours', 'changed'],
  )
})

test('a keyboard put under a message is no visible edit, and gives the message back whole', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  const sent = await api.sendMessage(chat.id, 'bold', { entities: [{ type: 'bold', offset: 0, length: 4 }] })
  const reply_markup = { inline_keyboard: [[{ text: 'Stop', callback_data: 'stop' }]] }
  const edited = await api.editMessageReplyMarkup(chat.id, sent.message_id, { reply_markup })
  assert.deepEqual(edited, { ...sent, reply_markup })
  assert.deepEqual(chat.transcript()[0]?.buttons, [['Stop']])
  assert.equal(chat.transcript()[0]?.edited, false)
  const query = owner.presses(chat, sent.message_id, 'Stop')
  const [update] = await api.getUpdates()
  assert.equal(update?.callback_query?.data, 'stop')
  assert.equal(await api.answerCallbackQuery(query), true)
  await refused(
    api.answerCallbackQuery(query),
    400,
    'Bad Request: query is too old and response timeout expired or query ID is invalid',
  )
  tg.assertNoSurprises()
})

test('private chats and basic groups share one count of ids, a supergroup has its own', async () => {
  await using bench = await openBench()
  const { api, chat, owner, tg } = bench
  const group = tg.addGroup({ title: 'Basic', members: [owner] })
  const supergroup = tg.addSupergroup({ title: 'Super', members: [owner] })
  const first = await api.sendMessage(chat.id, 'a')
  const second = owner.sends(group, 'b')
  const third = await api.sendMessage(chat.id, 'c')
  assert.equal(second.message_id, first.message_id + 1)
  assert.equal(third.message_id, first.message_id + 2)
  assert.equal((await api.sendMessage(supergroup.id, 'd')).message_id, 2)
})

test('an answer stands under what it answers', async () => {
  await using bench = await openBench()
  const { api, chat, owner } = bench
  const theirs = owner.sends(chat, 'question')
  const reply_parameters = { message_id: theirs.message_id }
  const sent = await api.sendMessage(chat.id, 'answer', { reply_parameters })
  assert.equal(sent.reply_to_message?.message_id, theirs.message_id)
  assert.equal(chat.transcript()[1]?.replyTo, theirs.message_id)
  const edited = await api.editMessageText(chat.id, sent.message_id, 'better')
  assert.equal(edited === true || 'reply_to_message' in edited, false)
  assert.equal(chat.transcript()[1]?.replyTo, theirs.message_id)
  await refused(
    api.sendMessage(chat.id, 'x', { reply_parameters: { message_id: 9 } }),
    400,
    'Bad Request: message to be replied not found',
  )
  const lone = await api.sendMessage(chat.id, 'x', {
    reply_parameters: { message_id: 9, allow_sending_without_reply: true },
  })
  assert.equal(lone.reply_to_message, undefined)
  await refused(
    api.sendMessage(chat.id, 'x', { reply_parameters: { ...reply_parameters, quote: 'nowhere' } }),
    400,
    'Bad Request: QUOTE_TEXT_INVALID',
  )
})

test('a quote is an exact part of what it answers, with its marks, and stands where it was asked for', async () => {
  await using bench = await openBench()
  const { api, chat, owner } = bench
  const entities = [
    { type: 'bold' as const, offset: 3, length: 4 },
    { type: 'code' as const, offset: 8, length: 4 },
    { type: 'italic' as const, offset: 13, length: 4 },
  ]
  const { message_id } = owner.sends(chat, { text: 'ok very much okay ok', entities })
  const quote = async (quote: string, more: object = {}) => {
    const sent = await api.sendMessage(chat.id, 'x', { reply_parameters: { message_id, quote, ...more } })
    return [sent.quote?.text, sent.quote?.position, sent.quote?.entities]
  }
  const bold = { type: 'bold' as const, offset: 0, length: 4 }
  const [invalid, code] = ['Bad Request: QUOTE_TEXT_INVALID', 400] as const
  assert.deepEqual(await quote('ok'), ['ok', 0, undefined])
  assert.deepEqual(await quote('ok', { quote_position: 18 }), ['ok', 18, undefined])
  const within = [{ type: 'italic' as const, offset: 0, length: 2 }]
  assert.deepEqual(await quote('ok', { quote_position: 14, quote_entities: within }), ['ok', 13, within])
  assert.deepEqual(await quote('very much', { quote_entities: [bold] }), ['very much', 3, [bold]])
  assert.deepEqual(await quote(' much ', { quote_position: 7 }), ['much', 8, undefined])
  await refused(quote('very much'), code, invalid)
  await refused(quote('very', { quote_entities: [{ ...bold, length: 3 }] }), code, invalid)
  await refused(quote('much', { quote_entities: [bold] }), code, invalid)
  await refused(quote('o'.repeat(1025)), code, invalid)
})

test('tokens and methods that do not exist are told apart', async () => {
  await using bench = await openBench()
  const { api, tg } = bench
  const other = new Api('1:wrong', { apiRoot: tg.apiRoot })
  await refused(other.getMe(), 401, 'Unauthorized: invalid token specified')
  await refused(new Api('junk', { apiRoot: tg.apiRoot }).getMe(), 404, 'Not Found')
  const answer = await fetch(`${tg.apiRoot}/bot${tg.token}/sendNothing`)
  assert.equal(answer.status, 404)
  assert.deepEqual(await answer.json(), {
    ok: false,
    error_code: 404,
    description: 'Not Found: method not found',
  })
  assert.throws(() => tg.assertNoSurprises(), /unknown method "sendNothing"/)
  tg.revokeToken()
  await refused(api.getMe(), 401, 'Unauthorized')
})

test('a misspelt parameter is noticed', async () => {
  await using bench = await openBench()
  const { tg, chat } = bench
  const url = `${tg.apiRoot}/bot${tg.token}/SENDMESSAGE?chat_id=${chat.id}&text=x&reply_parameter=1`
  assert.equal((await fetch(url)).status, 200)
  assert.throws(() => tg.assertNoSurprises(), /has no parameter "reply_parameter"/)
})

test('faults strike before, during and after the call as planned', async () => {
  await using bench = await openBench()
  const { api, tg, chat } = bench
  const broken = (call: Promise<unknown>) => assert.rejects(call, HttpError)
  tg.faults.next('sendMessage', 'reply-lost', { when: params => params['text'] === 'lost' })
  await api.sendMessage(chat.id, 'fine')
  await broken(api.sendMessage(chat.id, 'lost'))
  tg.faults.next('sendMessage', 'reset-before')
  await broken(api.sendMessage(chat.id, 'before'))
  tg.faults.next('sendMessage', 'reset-during-body')
  await broken(api.sendMessage(chat.id, 'during'))
  tg.faults.next('sendMessage', { status: 502, html: '<h1>Bad Gateway</h1>' })
  await broken(api.sendMessage(chat.id, 'proxy'))
  tg.faults.next('sendMessage', { error: 500, description: 'Internal Server Error: restart', done: true })
  await refused(api.sendMessage(chat.id, 'restart'), 500, 'Internal Server Error: restart')
  tg.faults.next('*', { error: 429, retryAfter: 7 }, { times: 2 })
  const error = await refused(api.sendMessage(chat.id, 'many'), 429, 'Too Many Requests: retry after 7')
  assert.equal(error.parameters.retry_after, 7)
  await refused(api.sendMessage(chat.id, 'many'), 429, 'Too Many Requests: retry after 7')
  tg.faults.next('sendMessage', { delayMs: 5 })
  await api.sendMessage(chat.id, 'late')
  tg.faults.next('sendMessage', 'hang')
  await assert.rejects(api.sendMessage(chat.id, 'never', {}, AbortSignal.timeout(50) as never))
  assert.deepEqual(
    chat.transcript().map(({ text }) => text),
    ['fine', 'lost', 'restart', 'late'],
  )
})

test('buttons lead to web addresses, and copy a little', async () => {
  await using bench = await openBench()
  const { api, chat } = bench
  const press = (button: object): Promise<unknown> =>
    api.sendMessage(chat.id, 'x', {
      reply_markup: { inline_keyboard: [[{ text: 'Go', ...button } as { text: string; url: string }]] },
    })
  await press({ url: 'https://shop.example/1' })
  await press({ url: 'tg://user?id=1' })
  await press({ copy_text: { text: 'CODE' } })
  await refused(
    press({ url: 'javascript:alert(1)' }),
    400,
    "Bad Request: inline keyboard button URL 'javascript:alert(1)' is invalid: Unsupported URL protocol",
  )
  await refused(
    press({ url: 'http://localhost/' }),
    400,
    "Bad Request: inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL",
  )
  await refused(press({ copy_text: { text: 'x'.repeat(257) } }), 400, 'Bad Request: BUTTON_COPY_TEXT_INVALID')
  await refused(press({ text: ' ', url: 'https://shop.example/1' }), 400, 'Bad Request: BUTTON_TEXT_INVALID')
})

test('reactions are those that the chat allows', async () => {
  await using bench = await openBench()
  const { api, owner } = bench
  const group = bench.tg.addSupergroup({ title: 'Family', members: [owner] })
  const { message_id } = owner.sends(group, 'hello')
  group.state.allowedReactions = new Set(['👍'])
  await api.setMessageReaction(group.id, message_id, [{ type: 'emoji', emoji: '👍' }])
  await refused(
    api.setMessageReaction(group.id, message_id, [{ type: 'emoji', emoji: '🔥' }]),
    400,
    'Bad Request: REACTION_INVALID',
  )
})

test('a reaction to a picture of an album stands at the first one that is not deleted', async () => {
  await using bench = await openBench()
  const { api, owner } = bench
  const group = bench.tg.addSupergroup({ title: 'Family', members: [owner] })
  const photo = { photo: { bytes: jpeg(10, 10), name: 'a.jpg' } }
  owner.sends(group, { ...photo, media_group_id: '76' })
  const [first, second, third] = [1, 2, 3].map(
    () => owner.sends(group, { ...photo, media_group_id: '77' }).message_id,
  )
  const react = (id: number | undefined, emoji: '👍' | '🔥') =>
    api.setMessageReaction(group.id, id ?? 0, [{ type: 'emoji', emoji }])
  const seen = () => group.transcript().map(({ reactions }) => reactions.map(({ emoji }) => emoji).join())
  await react(third, '👍')
  assert.deepEqual(seen(), ['', '👍', '', ''])
  await react(second, '🔥')
  assert.deepEqual(seen(), ['', '🔥', '', ''])
  owner.deletes(group, first ?? 0)
  await react(third, '👍')
  assert.deepEqual(seen(), ['', '👍', ''])
})
