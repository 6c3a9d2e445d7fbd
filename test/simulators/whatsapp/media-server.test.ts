import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { before, describe, test } from 'node:test'
import {
  downloadContentFromMessage,
  encryptedStream,
  getWAUploadToServer,
  type MediaType,
} from '@whiskeysockets/baileys'
import { pino } from 'pino'
import { decryptMedia, encryptedLength, encryptMedia } from './media-cipher.ts'
import { CA_FILE, type MediaServer, startMediaServer, trustTestCa } from './media-server.ts'

const logger = pino({ level: 'silent' })
const BYTES = randomBytes(200_000)

before(trustTestCa)

describe('downloads', () => {
  test('Baileys reads what was put here, of every kind', async () => {
    await using media = await startMediaServer()
    const kinds: MediaType[] = [
      'image',
      'video',
      'audio',
      'document',
      'sticker',
      'ptv',
      'ptt',
      'md-msg-hist',
      'md-app-state',
    ]
    for (const kind of kinds) {
      const fields = await media.put(BYTES, kind as Parameters<MediaServer['put']>[1])
      assert.deepEqual(await baileysDownload(fields, kind), BYTES, kind)
    }
    assert.deepEqual(
      media.requests.map(seen => [seen.method, seen.status, seen.bytesSent, seen.aborted]),
      kinds.map(() => ['GET', 200, encryptedLength(BYTES.length), false]),
    )
  })

  test('an empty file and one that ends on a cipher block cross whole', async () => {
    await using media = await startMediaServer()
    for (const size of [0, 1, 15, 16, 17, 65_536]) {
      const plain = BYTES.subarray(0, size)
      const fields = await media.put(plain, 'document')
      const { body } = await get(media, fields.directPath)
      assert.equal(body.length, encryptedLength(size))
      assert.deepEqual(decryptMedia(body, fields, 'document'), plain)
    }
  })

  test('the content-length is that of the encrypted file, or there is none on demand', async () => {
    await using media = await startMediaServer()
    const fields = await media.put(BYTES, 'image')
    const plain = await get(media, fields.directPath)
    assert.equal(plain.headers['content-length'], String(encryptedLength(BYTES.length)))
    media.fault(fields, { kind: 'chunked' })
    const chunked = await get(media, fields.directPath)
    assert.equal(chunked.headers['content-length'], undefined)
    assert.deepEqual(chunked.body, plain.body)
  })

  test('a path that nobody handed out is 404, one without its signature 403, and extra parameters do no harm', async () => {
    await using media = await startMediaServer()
    const { directPath } = await media.put(BYTES, 'image')
    assert.equal((await get(media, '/v/t62.7118-24/1_2_n.enc')).status, 404)
    assert.equal((await get(media, directPath.split('?')[0] ?? '')).status, 403)
    assert.equal((await get(media, directPath.replace('oh=01_', 'oh=01_x'))).status, 403)
    assert.equal((await get(media, `${directPath}&mms-type=image`)).status, 200)
  })

  test('a file of 300 MB is measured and served without being kept', async () => {
    await using media = await startMediaServer()
    const size = 300_000_000
    const before = process.memoryUsage().rss
    let peak = before
    const fields = await media.put({ size, fill: 'wa2tg' }, 'document')
    assert.equal(fields.fileLength, size)
    const hash = createHash('sha256')
    let received = 0
    const response = await open(media, fields.directPath)
    for await (const chunk of response) {
      hash.update(chunk)
      received += chunk.length
      peak = Math.max(peak, process.memoryUsage.rss())
    }
    assert.equal(received, encryptedLength(size))
    assert.deepEqual(hash.digest(), fields.fileEncSha256)
    assert.ok(peak - before < 150_000_000, `memory grew by ${peak - before} bytes`)
  })

  test('the plain content of a big file is its pattern over and over', async () => {
    await using media = await startMediaServer()
    const fields = await media.put({ size: 150_001, fill: 'abc' }, 'video')
    assert.deepEqual(await baileysDownload(fields, 'video'), Buffer.alloc(150_001, 'abc'))
  })

  test('another process trusts the server through NODE_EXTRA_CA_CERTS alone', async () => {
    await using media = await startMediaServer()
    const { url } = await media.put(BYTES, 'image')
    const fetchStatus = async (env: Record<string, string>) => {
      const code = 'fetch(process.argv[1]).then(r => console.log(r.status), e => console.log(e.cause.code))'
      const child = spawn(process.execPath, ['-e', code, url], { env, stdio: ['ignore', 'pipe', 'inherit'] })
      return (await text(child.stdout)).trim()
    }
    assert.equal(await fetchStatus({ NODE_EXTRA_CA_CERTS: CA_FILE }), '200')
    assert.match(await fetchStatus({}), /CERT|SIGNATURE|ISSUER/)
  })
})

describe('download faults', () => {
  test('a status, so many times, then the file', async () => {
    await using media = await startMediaServer()
    const fields = await media.put(BYTES, 'image')
    media.fault(fields, { kind: 'status', status: 410 }, 2)
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await get(media, fields.directPath)).status)
    assert.deepEqual(statuses, [410, 410, 200])
  })

  test('a damaged body has its right length and fails its check', async () => {
    await using media = await startMediaServer()
    const fields = await media.put(BYTES, 'image')
    for (const fault of [{ kind: 'wrong-mac' }, { kind: 'flipped-bit', at: 100_000 }] as const) {
      media.fault(fields, fault)
      const { body } = await get(media, fields.directPath)
      assert.equal(body.length, encryptedLength(BYTES.length))
      assert.throws(() => decryptMedia(body, fields, 'image'), /MAC/)
    }
  })

  test('a truncated and an empty body end as if they were complete', async () => {
    await using media = await startMediaServer()
    const fields = await media.put(BYTES, 'image')
    media.fault(fields, { kind: 'truncated', after: 70_000 })
    assert.equal((await get(media, fields.directPath)).body.length, 70_000)
    media.fault(fields, { kind: 'empty' })
    const empty = await get(media, fields.directPath)
    assert.deepEqual([empty.status, empty.body.length], [200, 0])
  })

  test('a cut connection breaks in mid-body', async () => {
    await using media = await startMediaServer()
    const fields = await media.put(BYTES, 'image')
    media.fault(fields, { kind: 'cut', after: 70_000 })
    await assert.rejects(get(media, fields.directPath), { code: 'ECONNRESET' })
    assert.equal(media.requests[0]?.aborted, true)
  })

  test('a stall sends a part and then nothing until the client leaves', async () => {
    await using media = await startMediaServer()
    const fields = await media.put(BYTES, 'image')
    media.fault(fields, { kind: 'stall', after: 70_000 })
    const response = await open(media, fields.directPath)
    let received = 0
    response.on('data', chunk => {
      received += chunk.length
    })
    await until(() => received === 70_000)
    assert.equal(response.complete, false)
    response.destroy()
    await until(() => media.requests[0]?.aborted === true)
  })

  test('a slow body takes its time', async () => {
    await using media = await startMediaServer()
    const fields = await media.put(BYTES.subarray(0, 1000), 'image')
    media.fault(fields, { kind: 'slow', bytesPerSecond: 5000 })
    const started = performance.now()
    assert.deepEqual(
      decryptMedia((await get(media, fields.directPath)).body, fields, 'image'),
      BYTES.subarray(0, 1000),
    )
    assert.ok(performance.now() - started > 100)
  })

  test('a redirect points wherever the test wants', async () => {
    await using media = await startMediaServer()
    const fields = await media.put(BYTES, 'image')
    media.fault(fields, { kind: 'redirect', to: 'https://localhost:1/elsewhere' })
    const { status, headers } = await get(media, fields.directPath)
    assert.deepEqual([status, headers.location], [302, 'https://localhost:1/elsewhere'])
  })

  test('a body can be longer than the message announced, and the message can lie', async () => {
    await using media = await startMediaServer()
    const fields = await media.put(BYTES, 'image', { announcedLength: 10 })
    assert.equal(fields.fileLength, 10)
    media.fault(fields, { kind: 'longer', by: 100_000 })
    const { headers, body } = await get(media, fields.directPath)
    assert.equal(headers['content-length'], undefined)
    assert.equal(body.length, encryptedLength(BYTES.length) + 100_000)
  })
})

describe('uploads', () => {
  test('Baileys uploads a file and a contact reads it from the fields of the message', async () => {
    await using media = await startMediaServer()
    const sealed = await encryptedStream(BYTES, 'image')
    const answer = await baileysUpload(media, { filePath: sealed.encFilePath, sha: sealed.fileEncSha256 })
    await rm(sealed.encFilePath)
    assert.equal(answer.mediaUrl, `https://${media.host}${answer.directPath}&mms3=true`)
    assert.deepEqual(media.uploads, [answer.directPath])
    const message = {
      directPath: answer.directPath,
      mediaKey: Buffer.from(sealed.mediaKey),
      fileSha256: Buffer.from(sealed.fileSha256),
      fileEncSha256: Buffer.from(sealed.fileEncSha256),
      fileLength: sealed.fileLength,
    }
    assert.deepEqual(await media.read(message, 'image'), BYTES)
    await assert.rejects(media.read(message, 'video'), /MAC/)
    await assert.rejects(media.read({ ...message, fileSha256: randomBytes(32) }, 'image'), /fileSha256/)
    await assert.rejects(media.read({ ...message, fileEncSha256: randomBytes(32) }, 'image'), /fileEncSha256/)
    await assert.rejects(media.read({ ...message, fileLength: 1 }, 'image'), /fileLength/)
    await assert.rejects(media.read({ ...message, directPath: '/v/other' }, 'image'), /no file/)
  })

  test('a wrong auth, token, path, body and method are refused', async () => {
    await using media = await startMediaServer()
    const { ciphertext, fileEncSha256 } = await encryptMedia(BYTES, 'image')
    const name = fileEncSha256.toString('base64url')
    const good = `/mms/image/${name}?auth=${media.auth}&token=${name}`
    const other = randomBytes(32).toString('base64url')
    assert.equal((await send(media, good, ciphertext)).status, 200)
    assert.equal((await send(media, good.replace(media.auth, 'x'), ciphertext)).status, 401)
    assert.equal((await send(media, good.replace(`token=${name}`, `token=${other}`), ciphertext)).status, 400)
    assert.equal((await send(media, good.replaceAll(name, other), ciphertext)).status, 400)
    assert.equal((await send(media, good.replace('/mms/', '/mmx/'), ciphertext)).status, 404)
    assert.equal((await send(media, good, BYTES)).status, 400)
    assert.equal((await send(media, good, ciphertext, 'PUT')).status, 405)
    assert.equal(media.uploads.length, 1)
  })

  test('an upload can be refused, or stored without an answer', async () => {
    await using media = await startMediaServer()
    const { ciphertext, fileEncSha256 } = await encryptMedia(BYTES, 'image')
    const name = fileEncSha256.toString('base64url')
    const target = `/mms/image/${name}?auth=${media.auth}&token=${name}`
    media.faultUploads({ kind: 'status', status: 503 }, 1)
    assert.equal((await send(media, target, ciphertext)).status, 503)
    assert.equal(media.uploads.length, 0)
    media.faultUploads({ kind: 'lost-reply' }, 1)
    await assert.rejects(send(media, target, ciphertext), { code: 'ECONNRESET' })
    assert.equal(media.uploads.length, 1)
    assert.equal((await send(media, target, ciphertext)).status, 200)
  })

  test('what Baileys cannot upload with the wrong hash is not stored', async () => {
    await using media = await startMediaServer()
    const folder = await mkdtemp(join(tmpdir(), 'wa2tg-media-'))
    const filePath = join(folder, 'file')
    await writeFile(filePath, BYTES)
    await assert.rejects(
      baileysUpload(media, { filePath, sha: randomBytes(32) }),
      /upload failed on all hosts/,
    )
    await rm(folder, { recursive: true })
    assert.deepEqual(media.uploads, [])
  })
})

async function baileysDownload(
  fields: { mediaKey: Buffer; directPath: string; url: string },
  kind: MediaType,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await downloadContentFromMessage(fields, kind)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function baileysUpload(media: MediaServer, { filePath, sha }: { filePath: string; sha: Uint8Array }) {
  const info = {
    auth: media.auth,
    ttl: 300,
    hosts: [{ hostname: media.host, maxContentLengthBytes: 1e8 }],
    fetchDate: new Date(),
  }
  const config = { customUploadHosts: [], fetchAgent: undefined, logger, options: {} }
  const upload = getWAUploadToServer(
    config as unknown as Parameters<typeof getWAUploadToServer>[0],
    async () => info,
  )
  return upload(filePath, { mediaType: 'image', fileEncSha256B64: Buffer.from(sha).toString('base64') })
}

async function open(media: MediaServer, path: string) {
  const asked = request(`https://${media.host}${path}`, { agent: false }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return response
}

async function get(media: MediaServer, path: string) {
  return collect(await open(media, path))
}

async function send(media: MediaServer, path: string, body: Buffer, method = 'POST') {
  const asked = request(`https://${media.host}${path}`, { method, agent: false })
  asked.end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return collect(response)
}

async function collect(response: IncomingMessage) {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 120_000
  while (!condition()) {
    assert.ok(performance.now() < deadline, 'the condition was not met within 120 s')
    await new Promise(resolve => setImmediate(resolve))
  }
}
