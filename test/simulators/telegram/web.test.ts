import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Api, InputFile } from 'grammy/web'
import { megabytes, openBench, png } from './helpers.ts'

test('grammY on native fetch is served as well, uploads too', async () => {
  await using bench = await openBench()
  const { chat, tg } = bench
  const api = new Api(tg.token, { apiRoot: tg.apiRoot })
  await api.sendMessage(chat.id, 'hi')
  await api.sendPhoto(chat.id, new InputFile(png(20, 10)))
  await api.sendDocument(chat.id, new InputFile(megabytes(3), 'three.bin'))
  assert.equal(chat.transcript().at(-1)?.file?.size, 3 * 1024 * 1024)
  tg.faults.next('sendMessage', 'reply-lost')
  await assert.rejects(api.sendMessage(chat.id, 'lost'))
  assert.equal(chat.transcript().at(-1)?.text, 'lost')
  tg.assertNoSurprises()
})
