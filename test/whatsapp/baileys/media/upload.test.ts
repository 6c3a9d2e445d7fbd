import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import dns from 'node:dns'
import { before, describe, test } from 'node:test'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { DeliveryError, retry } from '../../../../src/bridge/verdict.ts'
import { openSecrets } from '../../../../src/whatsapp/baileys/keys/secrets.ts'
import type { MediaKind } from '../../../../src/whatsapp/baileys/media/keys.ts'
import { openUploader, type Upload, type Uploaded } from '../../../../src/whatsapp/baileys/media/upload.ts'
import type { UploadLimits } from '../../../../src/whatsapp/baileys/media/upload-http.ts'
import { type MediaServer, startMediaServer, trustTestCa } from '../../../simulators/whatsapp/media-server.ts'
import { RecordingBridge, TempDir, until } from '../../support.ts'

before(trustTestCa)

const BYTES = randomBytes(3_000_000)
/** Time enough on every machine; and what a host that goes on with nothing meets soon. */
const LIMITS = { stallMs: 60_000, answerMs: 60_000, slowest: 1_000_000 }
const IMPATIENT = { stallMs: 5000, answerMs: 4000, slowest: 3_000_000 }

type Tell = (error: Error | null, found: string | dns.LookupAddress[], family?: number) => void

/** A machine that uploads to one media host, with a disk of its own. */
class Bench implements AsyncDisposable {
  readonly dir = new TempDir()
  readonly bridge = new RecordingBridge(this.dir.path)
  readonly host: MediaServer
  /** How often the file was opened, and the server asked where to put it. */
  opened = 0
  asked = 0
  hosts: string[]

  private constructor(host: MediaServer) {
    this.host = host
    this.hosts = [host.host]
  }

  static async open(): Promise<Bench> {
    return new Bench(await startMediaServer())
  }

  /** As after a restart: nothing in memory, the same disk. */
  uploader(limits: UploadLimits = {}) {
    const secrets = openSecrets(this.bridge.sessions)
    return openUploader({ mediaHost: this.host.host, secrets, ...LIMITS, ...limits })
  }

  upload(bytes: Uint8Array | (() => AsyncIterable<Uint8Array>), more: Partial<Upload> = {}): Upload {
    const chunked = async function* () {
      if (typeof bytes === 'function') yield* bytes()
      else for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000)
    }
    return {
      kind: 'Document',
      name: 'file-1',
      messageId: '3EB0AA',
      open: () => {
        this.opened += 1
        return chunked()
      },
      query: async () => {
        this.asked += 1
        return this.answer()
      },
      isConnected: () => true,
      signal: new AbortController().signal,
      ...more,
    }
  }

  answer(attrs: Record<string, string> = {}): BinaryNode {
    const hosts = this.hosts.map(hostname => ({ tag: 'host', attrs: { hostname } }))
    const found = { tag: 'media_conn', attrs: { auth: this.host.auth, ttl: '300', ...attrs }, content: hosts }
    return { tag: 'iq', attrs: { type: 'result' }, content: [found] }
  }

  read(uploaded: Uploaded, kind: 'document' | 'image' = 'document'): Promise<Buffer> {
    return this.host.read(
      {
        directPath: uploaded.directPath,
        mediaKey: Buffer.from(uploaded.mediaKey),
        fileSha256: Buffer.from(uploaded.fileSha256),
        fileEncSha256: Buffer.from(uploaded.fileEncSha256),
        fileLength: uploaded.fileLength,
      },
      kind,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]()
    this.bridge[Symbol.dispose]()
    this.dir[Symbol.dispose]()
  }
}

const failsWith =
  (kind: string, words = /./, { own }: { own?: boolean } = {}) =>
  (error: unknown) => {
    assert.ok(error instanceof DeliveryError, String(error))
    assert.equal(error.verdict.kind, kind, error.message)
    assert.match(error.message, words)
    if (own !== undefined) assert.equal(error.ownFailure, own, error.message)
    return true
  }

describe('an upload', () => {
  for (const size of [0, 1, 15, 16, 17, 65_536, BYTES.length]) {
    test(`of ${size} bytes can be opened with what its message says`, async () => {
      await using bench = await Bench.open()
      const uploaded = await bench.uploader()(bench.upload(BYTES.subarray(0, size)))
      assert.deepEqual(await bench.read(uploaded), BYTES.subarray(0, size))
      assert.equal(uploaded.fileLength, size)
    })
  }

  test('reads a small file once and a large one twice', async () => {
    await using bench = await Bench.open()
    await bench.uploader()(bench.upload(BYTES.subarray(0, 900_000)))
    assert.equal(bench.opened, 1)
    await bench.uploader()(bench.upload(BYTES))
    assert.equal(bench.opened, 3)
  })

  test('has a key of its own for each message and kind, and the same one again after a restart', async () => {
    await using bench = await Bench.open()
    const small = BYTES.subarray(0, 100)
    const first = await bench.uploader()(bench.upload(small))
    const again = await bench.uploader()(bench.upload(small))
    assert.deepEqual(again.fileEncSha256, first.fileEncSha256)
    assert.equal(bench.host.uploads.length, 2)
    const others = [{ messageId: '3EB0BB' }, { kind: 'Image' as MediaKind }, { name: 'file-2' }]
    for (const other of others) {
      const uploaded = await bench.uploader()(bench.upload(small, other))
      assert.notDeepEqual(uploaded.mediaKey, first.mediaKey, JSON.stringify(other))
    }
  })

  test('that succeeded is not made twice for the same message', async () => {
    await using bench = await Bench.open()
    const upload = bench.uploader()
    const first = await upload(bench.upload(BYTES))
    assert.equal(await upload(bench.upload(BYTES)), first)
    assert.equal(bench.host.uploads.length, 1)
    assert.equal(bench.opened, 2)
  })

  test('asks the server once where files go', async () => {
    await using bench = await Bench.open()
    const upload = bench.uploader()
    await upload(bench.upload(BYTES, { messageId: '1' }))
    await upload(bench.upload(BYTES, { messageId: '2' }))
    assert.equal(bench.asked, 1)
  })

  test('that was cut off, stalled, met trouble or got no answer is tried again later, and that counts against the file', async () => {
    await using bench = await Bench.open()
    const faults = [
      { kind: 'cut', after: 200_000 },
      { kind: 'stall', after: 200_000 },
      { kind: 'stall' },
      { kind: 'lost-reply' },
      { kind: 'status', status: 503 },
      { kind: 'status', status: 403 },
      { kind: 'status', status: 408 },
      { kind: 'status', status: 507 },
    ] as const
    for (const [index, fault] of faults.entries()) {
      bench.host.faultUploads(fault, 1)
      const upload = bench.uploader(fault.kind === 'stall' ? IMPATIENT : LIMITS)
      const failure = failsWith('retry', /./, { own: true })
      await assert.rejects(upload(bench.upload(BYTES)), failure, JSON.stringify(fault))
      await until('the fault to be met', () => bench.host.requests.length === index + 1)
    }
    assert.deepEqual(await bench.read(await bench.uploader()(bench.upload(BYTES))), BYTES)
  })

  test('that fails while WhatsApp is not connected counts nothing', async () => {
    await using bench = await Bench.open()
    const away = { isConnected: () => false }
    const failure = failsWith('retry', /./, { own: false })
    const isSilent = { ...away, query: async () => undefined }
    await assert.rejects(bench.uploader()(bench.upload(BYTES, isSilent)), failure)
    for (const fault of [
      { kind: 'cut', after: 1 },
      { kind: 'status', status: 503 },
    ] as const) {
      bench.host.faultUploads(fault, 1)
      await assert.rejects(bench.uploader()(bench.upload(BYTES, away)), failure)
    }
  })

  test('of a slow line is no stall', async () => {
    await using bench = await Bench.open()
    bench.host.faultUploads({ kind: 'slow', bytesPerSecond: 400_000 })
    const started = Date.now()
    const upload = bench.uploader({ stallMs: 2000, slowest: 100_000 })
    const uploaded = await upload(bench.upload(BYTES.subarray(0, 1_500_000)))
    assert.ok(Date.now() - started > 1.5 * 2000, 'it took longer than a stall may')
    assert.deepEqual(await bench.read(uploaded), BYTES.subarray(0, 1_500_000))
  })

  test('of a line of 8 KB in a second is none either', async t => {
    await using bench = await Bench.open()
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const bytes = BYTES.subarray(0, 2_000_000)
    async function* slowly() {
      for (let at = 0; at < bytes.length; at += 50_000) {
        yield bytes.subarray(at, at + 50_000)
        t.mock.timers.tick(6250)
      }
    }
    const { host, bridge } = bench
    const upload = openUploader({ mediaHost: host.host, secrets: openSecrets(bridge.sessions) })
    assert.deepEqual(await bench.read(await upload(bench.upload(slowly))), bytes)
  })

  for (const [what, isWhole] of [
    ['comes after all', true],
    ['breaks off then', false],
  ] as const)
    test(`of a file of which nothing comes for longer than a host may take, and that ${what}, is no stall of the host`, async t => {
      await using bench = await Bench.open()
      t.mock.timers.enable({ apis: ['setTimeout'] })
      async function* haltingly() {
        yield BYTES.subarray(0, 1_500_000)
        if (bench.opened > 1) t.mock.timers.tick(40_000)
        await turn()
        if (bench.opened > 1 && !isWhole) throw retry('Telegram broke off')
        yield BYTES.subarray(1_500_000)
      }
      const { host, bridge } = bench
      const uploaded = openUploader({ mediaHost: host.host, secrets: openSecrets(bridge.sessions) })(
        bench.upload(haltingly),
      )
      if (isWhole) assert.deepEqual(await bench.read(await uploaded), BYTES)
      else await assert.rejects(uploaded, failsWith('retry', /Telegram/, { own: false }))
      assert.equal(bench.opened, 2)
    })

  test('goes to the next host where the first is in trouble', async () => {
    await using bench = await Bench.open()
    bench.hosts = [bench.host.host, bench.host.host]
    bench.host.faultUploads({ kind: 'status', status: 500 }, 1)
    assert.deepEqual(await bench.read(await bench.uploader()(bench.upload(BYTES))), BYTES)
  })

  test('goes to further hosts the next time where the first two are out of reach', async t => {
    await using bench = await Bench.open()
    const { lookup } = dns
    const asked: string[] = []
    const isOut = (name: string) => name.endsWith('.whatsapp.net')
    t.mock.method(dns, 'lookup', (name: string, options: dns.LookupOptions, tell: Tell) => {
      if (!isOut(name)) return lookup(name, options, tell)
      asked.push(name)
      setImmediate(tell, Object.assign(new Error('No such name'), { code: 'ENOTFOUND' }), [])
    })
    bench.hosts = ['media-a.cdn.whatsapp.net', 'media-b.cdn.whatsapp.net', bench.host.host]
    const upload = bench.uploader()
    await assert.rejects(upload(bench.upload(BYTES)), failsWith('retry'))
    assert.deepEqual(asked, bench.hosts.filter(isOut))
    assert.deepEqual(await bench.read(await upload(bench.upload(BYTES))), BYTES)
    assert.equal(bench.asked, 1)
  })

  test('that the host refuses is no use to repeat', async () => {
    await using bench = await Bench.open()
    for (const [status, kind] of [
      [413, 'reject'],
      [415, 'reject'],
      [429, 'wait'],
    ] as const) {
      bench.host.faultUploads({ kind: 'status', status }, 1)
      await assert.rejects(bench.uploader()(bench.upload(BYTES)), failsWith(kind), String(status))
    }
  })

  test('gets a new word from the server when the host does not accept the old one', async () => {
    await using bench = await Bench.open()
    const upload = bench.uploader()
    const expired = { query: async () => bench.answer({ auth: 'expired' }) }
    await assert.rejects(upload(bench.upload(BYTES, expired)), failsWith('retry', /401/))
    assert.deepEqual(await bench.read(await upload(bench.upload(BYTES))), BYTES)
  })

  test('goes to no host but those of WhatsApp', async () => {
    await using bench = await Bench.open()
    await using other = await startMediaServer()
    const foreign = [other.host, 'example.com', 'whatsapp.net.example.com', 'mmg.whatsapp.net@example.com']
    bench.hosts = [...foreign, 'mmg.whatsapp.net/x', '']
    await assert.rejects(bench.uploader()(bench.upload(BYTES)), failsWith('reject'))
    bench.hosts = [other.host, bench.host.host]
    await bench.uploader()(bench.upload(BYTES))
    assert.equal(other.requests.length, 0)
  })

  test('waits for a server that says nothing of where files go', async () => {
    await using bench = await Bench.open()
    const answers = [
      async () => undefined,
      async () => ({ tag: 'iq', attrs: {} }),
      () => Promise.reject(new Error('closed')),
    ]
    for (const query of answers) {
      const failure = failsWith('retry', /./, { own: true })
      await assert.rejects(bench.uploader()(bench.upload(BYTES, { query })), failure)
    }
  })

  test('of a file that fails on the way has the failure of the file', async () => {
    await using bench = await Bench.open()
    const breaking = async function* () {
      yield BYTES.subarray(0, 100_000)
      throw retry('Telegram broke off')
    }
    const failure = failsWith('retry', /Telegram/, { own: false })
    await assert.rejects(bench.uploader()(bench.upload(breaking)), failure)
    let turn = 0
    const breaksLater = async function* () {
      turn += 1
      yield BYTES.subarray(0, 1_500_000)
      if (turn > 1) throw retry('Telegram broke off')
      yield BYTES.subarray(1_500_000)
    }
    await assert.rejects(bench.uploader()(bench.upload(breaksLater)), failure)
    assert.equal(bench.host.uploads.length, 0)
  })

  test('never becomes whole when the file is another one the second time', async () => {
    await using bench = await Bench.open()
    const others: Buffer[] = [
      Buffer.concat([BYTES.subarray(1), Buffer.alloc(1)]),
      BYTES.subarray(1),
      Buffer.concat([BYTES, BYTES.subarray(0, 16)]),
      Buffer.concat([BYTES, BYTES]),
    ]
    for (const other of others) {
      const readings = [BYTES, other]
      const changing = async function* () {
        yield readings.shift() ?? Buffer.alloc(0)
      }
      await assert.rejects(bench.uploader()(bench.upload(changing)), failsWith('retry', /differently/))
      const seen = bench.host.requests.at(-1)
      assert.ok((seen?.bytesReceived ?? 0) < BYTES.length)
    }
    assert.equal(bench.host.uploads.length, 0)
  })

  test('stops when the process must stop, and closes the file', async () => {
    await using bench = await Bench.open()
    bench.host.faultUploads({ kind: 'stall', after: 100_000 })
    const stop = new AbortController()
    let closed: AbortSignal | undefined
    const upload = bench.upload(BYTES, { signal: stop.signal })
    const open = (signal: AbortSignal) => {
      closed = signal
      return upload.open(signal)
    }
    const sending = bench.uploader()({ ...upload, open })
    while (bench.host.requests.length === 0) await sleep(5)
    stop.abort()
    await assert.rejects(sending, failsWith('retry', /./, { own: false }))
    assert.equal(closed?.aborted, true)
  })

  test('holds no more than a moment of a large file in memory', async () => {
    await using bench = await Bench.open()
    const size = 200 * 1024 * 1024
    const hash = createHash('sha256')
    const chunk = Buffer.alloc(65_536, 'a')
    for (let at = 0; at < size; at += chunk.length) hash.update(chunk)
    let peak = 0
    const base = process.memoryUsage().arrayBuffers
    const large = async function* () {
      for (let at = 0; at < size; at += chunk.length) {
        yield chunk
        peak = Math.max(peak, process.memoryUsage().arrayBuffers - base)
      }
    }
    // What the host keeps of it (64 MB at most) is memory of this process, too.
    const kept = 64 * 1024 * 1024
    const { fileSha256, fileLength } = await bench.uploader({ stallMs: 30_000, slowest: 1_000_000 })(
      bench.upload(large),
    )
    assert.deepEqual(fileSha256, hash.digest())
    assert.equal(fileLength, size)
    assert.ok(peak < kept + 48 * 1024 * 1024, `${Math.round(peak / 1024 / 1024)} MiB`)
  })
})
