import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type BotApi, openApi } from '../../../src/telegram/api.ts'
import { CallError } from '../../../src/telegram/call-error.ts'
import { Bench } from '../bench.ts'
import { changings } from './changings.ts'
import { cut, everySo, turnsFor } from './cuts.ts'
import { otherSendings, sendings } from './sendings.ts'

interface Asked {
  readonly chat: number
  /** A message of the bot there. */
  readonly message: number
  /** A file that somebody sent. */
  readonly file: string
  /** A button that somebody pressed. */
  readonly press: string
  readonly bot: number
}

/** What changes nothing that a person sees, and is asked again where nobody knows the answer. */
const questions: Readonly<Record<string, (api: BotApi, asked: Asked) => Promise<unknown>>> = {
  getMe: api => api.getMe(),
  getUpdates: api => api.call('getUpdates', { offset: 1, timeout: 0 }),
  getChat: (api, { chat }) => api.call('getChat', { chat_id: chat }),
  getChatMember: (api, { chat, bot }) => api.call('getChatMember', { chat_id: chat, user_id: bot }),
  getChatMemberCount: (api, { chat }) => api.call('getChatMemberCount', { chat_id: chat }),
  getCustomEmojiStickers: api => api.call('getCustomEmojiStickers', { custom_emoji_ids: ['77'] }),
  getFile: (api, { file }) => api.call('getFile', { file_id: file }),
  answerCallbackQuery: (api, { press }) => api.call('answerCallbackQuery', { callback_query_id: press }),
  editMessageReplyMarkup: (api, { chat, message }) =>
    api.call('editMessageReplyMarkup', {
      chat_id: chat,
      message_id: message,
      reply_markup: { inline_keyboard: [[{ text: `${Math.random()}`, callback_data: '…' }]] },
    }),
}

/** Methods by their names, as the Bot API has them: a verb, and of what. */
const named =
  /'((?:add|answer|approve|ban|close|copy|create|decline|delete|edit|export|forward|get|hide|leave|pin|promote|read|remove|reopen|restrict|revoke|send|set|stop|unban|unhide|unpin|upload|verify)[A-Z]\w+)'/g
/** They stand in the source, and are never called. */
const notCalled = ['copyMessages', 'forwardMessages', 'getWebhookInfo']

test('whatever becomes of an answer is tried out with each method that the source calls', () => {
  const folder = join(import.meta.dirname, '../../../src/telegram')
  const source = globSync('**/*.ts', { cwd: folder }).map(path => readFileSync(join(folder, path), 'utf8'))
  const inSource = new Set(source.flatMap(text => [...text.matchAll(named)].map(([, name = '']) => name)))
  const tried = [
    ...[...sendings, ...otherSendings, ...changings].map(({ method }) => method),
    ...Object.keys(questions),
    ...notCalled,
  ]
  assert.deepEqual([...inSource].sort(), [...new Set(tried)].sort())
})

const stride = everySo(29)

for (const [method, ask] of Object.entries(questions)) {
  for (const turn of turnsFor(stride)) {
    test(`wherever the answer to ${method} is cut, it is taken for none (${turn})`, async t => {
      await using bench = await Bench.open()
      const { tg, owner } = bench
      const group = bench.addGroup()
      tg.addCustomEmoji('77', '🐸')
      const sent = owner.sends(group, { document: { bytes: Buffer.alloc(20), name: 'a.bin' } })
      const api = openApi({ token: tg.token, apiRoot: tg.apiRoot })
      const { message_id: message } = await api.call('sendMessage', { chat_id: group.id, text: 'mine' })
      const { id: bot } = await api.getMe()
      let cuts = 0
      for (let cutAfter = 0, whole = false; !whole; cutAfter += stride) {
        const press = owner.calls(group, message, '…')
        const asked = { chat: group.id, message, file: sent.document?.file_id ?? '', press, bot }
        tg.faults.next(method, cut(cutAfter, turn))
        const end = await ask(api, asked).catch((error: unknown) => error)
        whole = !(end instanceof CallError)
        if (end instanceof CallError) {
          cuts += 1
          assert.deepEqual(end.failure, { kind: 'lost' }, `cut behind ${cutAfter} bytes`)
        }
        assert.equal(tg.faults.waiting, 0)
        assert.ok(whole || cutAfter < 10_000, 'the answer has an end')
      }
      t.diagnostic(`${cuts} cuts`)
      assert.ok(cuts >= 5, `${cuts} cuts`)
      tg.assertNoSurprises()
    })
  }
}
