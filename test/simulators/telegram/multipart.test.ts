import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { test } from 'node:test'
import { openBench, png } from './helpers.ts'

/** Posts a body in pieces of that many bytes. */
async function post(
  url: string,
  body: Buffer,
  { type, piece }: { type: string; piece: number },
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const call = request(url, { method: 'POST', headers: { 'content-type': type } }, answer => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
  })
  call.on('error', reject)
  for (let at = 0; at < body.length; at += piece)
    if (!call.write(body.subarray(at, at + piece))) await new Promise(done => call.once('drain', done))
  call.end()
  return promise
}

test('a form is read the same however it is cut into pieces', async () => {
  await using bench = await openBench()
  const { tg, chat } = bench
  const boundary = '----------abc123'
  const awkward = Buffer.concat([
    randomBytes(500),
    Buffer.from(`\r\n--${boundary.slice(0, -1)}\r\n\r\n--\r\n\r`),
    randomBytes(500),
  ])
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\ncontent-disposition:form-data;name="chat_id"\r\n\r\n${chat.id}`),
    Buffer.from(`\r\n--${boundary}\r\ncontent-disposition:form-data;name="document"\r\n\r\nattach://x1`),
    Buffer.from(
      `\r\n--${boundary}\r\ncontent-disposition:form-data;name="x1";filename=a b.bin\r\ncontent-type:application/octet-stream\r\n\r\n`,
    ),
    awkward,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  const type = `multipart/form-data; boundary=${boundary}`
  for (const piece of [1, 2, 7, 64, 1000, body.length])
    await post(`${tg.apiRoot}/bot${tg.token}/sendDocument`, body, { type, piece })
  const files = chat.transcript().map(({ file }) => [file?.name, file?.size, file?.sha256])
  const expected = ['a b.bin', awkward.length, createHash('sha256').update(awkward).digest('hex')]
  assert.deepEqual(
    files,
    Array.from({ length: 6 }, () => expected),
  )
  const cut = await post(`${tg.apiRoot}/bot${tg.token}/sendDocument`, body.subarray(0, -10), {
    type,
    piece: 999,
  })
  assert.equal((cut as { ok: boolean }).ok, false)
  assert.equal(chat.transcript().length, 6)
})

test('a form of the platform with a quoted name and the file under its own name is read too', async () => {
  await using bench = await openBench()
  const { tg, chat } = bench
  const form = new FormData()
  form.set('chat_id', String(chat.id))
  form.set('photo', new Blob([Buffer.from(png(30, 20))]), 'p.png')
  const answer = await fetch(`${tg.apiRoot}/bot${tg.token}/sendPhoto`, { method: 'POST', body: form })
  assert.equal(answer.status, 200)
  assert.equal(chat.transcript()[0]?.file?.name, 'p.png')
})

test('a body that breaks off in the middle does nothing', async () => {
  await using bench = await openBench()
  const { tg, chat } = bench
  tg.faults.next('sendDocument', 'reset-during-body', { when: params => params['caption'] === 'break' })
  const form = new FormData()
  form.set('chat_id', String(chat.id))
  form.set('caption', 'break')
  form.set('document', new Blob([Buffer.alloc(1_000_000, 1)]), 'd.bin')
  await assert.rejects(fetch(`${tg.apiRoot}/bot${tg.token}/sendDocument`, { method: 'POST', body: form }))
  assert.deepEqual(chat.transcript(), [])
  assert.equal(tg.faults.waiting, 0)
  tg.assertNoSurprises()
})
