import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { before, describe, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Media } from '../../../src/bridge/event.ts'
import { DeliveryError } from '../../../src/bridge/verdict.ts'
import { renderSource } from '../../../src/whatsapp/baileys/media/source.ts'
import { openMedia } from '../../../src/whatsapp/baileys/media.ts'
import {
  type MediaFields,
  type MediaServer,
  startMediaServer,
  trustTestCa,
} from '../../simulators/whatsapp/media-server.ts'
import { until } from '../support.ts'

const BYTES = randomBytes(300_000)
const signal = new AbortController().signal

before(trustTestCa)

const mediaOf = (fields: Partial<MediaFields>): Media => {
  const source = renderSource(fields, 'Document')
  assert.ok(source !== undefined)
  return { source }
}

const read = async (host: MediaServer, fields: Partial<MediaFields>, limits = {}): Promise<Buffer> =>
  buffer(await openMedia(mediaOf(fields), { signal, mediaHost: host.host, ...limits }))

const failsWith = (kind: string) => (error: unknown) => {
  assert.ok(error instanceof DeliveryError, String(error))
  assert.equal(error.verdict.kind, kind, error.message)
  return true
}

describe('a download', () => {
  for (const size of [0, 1, 15, 16, 17, 65_535, 65_536, BYTES.length]) {
    test(`hands over a file of ${size} bytes as it was`, async () => {
      await using host = await startMediaServer()
      const plain = BYTES.subarray(0, size)
      assert.deepEqual(await read(host, await host.put(plain, 'document')), plain)
    })
  }

  test('ends where nobody has begun to read it', async () => {
    await using host = await startMediaServer()
    const fields = await host.put(randomBytes(32_000_000), 'document')
    const stream = await openMedia(mediaOf(fields), { signal, mediaHost: host.host })
    stream.destroy()
    await until('the end of the download', () => host.requests[0]?.aborted)
  })

  test('ends with its reader, also while nothing comes', async () => {
    await using host = await startMediaServer()
    const fields = await host.put(BYTES, 'document')
    host.fault(fields, { kind: 'stall', after: 100_000 })
    const stream = await openMedia(mediaOf(fields), { signal, mediaHost: host.host, idleMs: 600_000 })
    let received = 0
    stream.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    await until('all that comes', () => received > 90_000)
    stream.destroy()
    await until('the end of the download', () => host.requests[0]?.aborted)
  })

  test('leaves nothing behind of a reader that goes away while there is more than it has taken', async () => {
    await using host = await startMediaServer()
    const fields = await host.put(randomBytes(32_000_000), 'document')
    const timers = () => process.getActiveResourcesInfo().filter(resource => resource === 'Timeout').length
    const before = timers()
    const stream = await openMedia(mediaOf(fields), { signal, mediaHost: host.host })
    stream.once('readable', () => undefined)
    await until('as much as is held for it', () => stream.readableLength >= stream.readableHighWaterMark)
    stream.destroy()
    await until('the end of its timers', () => timers() <= before)
  })

  test('waits for a reader whose own line is slow, however long that takes', async t => {
    await using host = await startMediaServer()
    const bytes = randomBytes(8_000_000)
    const fields = await host.put(bytes, 'document')
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const stream = await openMedia(mediaOf(fields), { signal, mediaHost: host.host })
    stream.once('readable', () => undefined)
    while (stream.readableLength < stream.readableHighWaterMark) await nextTurn()
    t.mock.timers.tick(24 * 3600 * 1000)
    assert.ok((await buffer(stream)).equals(bytes))
  })

  test('ends where the host falls behind the slowest pace, although something comes all the time', async () => {
    await using host = await startMediaServer()
    const fields = await host.put(BYTES.subarray(0, 1000), 'document')
    host.fault(fields, { kind: 'slow', bytesPerSecond: 200 })
    await assert.rejects(read(host, fields, { lateMs: 300 }), failsWith('retry'))
  })

  test('needs no announced length', async () => {
    await using host = await startMediaServer()
    const fields = await host.put(BYTES, 'document')
    host.fault(fields, { kind: 'chunked' })
    assert.deepEqual(await read(host, fields), BYTES)
  })

  test('rejects a wrong MAC and a flipped bit, and withholds the end of the file', async () => {
    await using host = await startMediaServer()
    for (const fault of [{ kind: 'wrong-mac' } as const, { kind: 'flipped-bit', at: 40 } as const]) {
      const fields = await host.put(BYTES, 'document')
      host.fault(fields, fault)
      const stream = await openMedia(mediaOf(fields), { signal, mediaHost: host.host })
      let received = 0
      await assert.rejects(async () => {
        for await (const chunk of stream) received += chunk.length
      }, failsWith('reject'))
      assert.ok(received < BYTES.length)
    }
  })

  test('is tried again when it was cut off, came too short, stalled or met a server in trouble', async () => {
    await using host = await startMediaServer()
    const faults = [
      { kind: 'cut', after: 100_000 },
      { kind: 'truncated', after: 100_000 },
      { kind: 'empty' },
      { kind: 'stall', after: 100_000 },
      { kind: 'status', status: 503 },
      { kind: 'status', status: 408 },
    ] as const
    for (const fault of faults) {
      const fields = await host.put(BYTES, 'document')
      host.fault(fields, fault)
      await assert.rejects(read(host, fields, { idleMs: 100 }), failsWith('retry'), fault.kind)
    }
  })

  test('goes on where the line broke, with what is left', async () => {
    await using host = await startMediaServer()
    const file = { size: 24_000_000, fill: randomBytes(1000) }
    for (const fault of [
      { kind: 'cut', after: 16_000_000 },
      { kind: 'stall', after: 16_000_000 },
    ] as const) {
      const fields = await host.put(file, 'document')
      host.fault(fields, fault, 1)
      const bytes = await read(host, fields, { idleMs: 1000 })
      assert.ok(createHash('sha256').update(bytes).digest().equals(fields.fileSha256))
      const [first, second, ...more] = host.requests.splice(0)
      assert.deepEqual([first?.status, second?.status, more.length], [200, 206, 0])
      assert.ok((second?.bytesSent ?? 0) < 23_000_000, `${second?.bytesSent} bytes more`)
    }
  })

  test('that stands still again where it went on fails before the other side, which waits for a minute, gives up', async t => {
    await using host = await startMediaServer()
    const fields = await host.put(BYTES, 'document')
    host.fault(fields, { kind: 'stall', after: 100_000 })
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const waits: number[] = []
    const set = globalThis.setTimeout
    t.mock.method(globalThis, 'setTimeout', (run: () => void, milliseconds: number) => {
      waits.push(milliseconds)
      return set(run, milliseconds)
    })
    const stream = await openMedia(mediaOf(fields), { signal, mediaHost: host.host })
    let received = 0
    stream.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    while (received < 99_900) await nextTurn()
    for (let round = 0; round < 5; round += 1) await nextTurn()
    const [stall] = waits.splice(0).slice(-1)
    t.mock.timers.tick(stall ?? 0)
    // For the answer, and for the first byte of the rest.
    while (waits.length < 2) await nextTurn()
    const [answer = 0, rest = 0, ...more] = waits
    const pauses = 7000
    assert.ok((stall ?? 0) + pauses + answer + rest < 60_000, `${stall}, ${waits.join(', ')} ms`)
    const closed = new Promise(resolve => stream.once('close', resolve))
    t.mock.timers.tick(rest)
    await closed
    assert.ok(failsWith('retry')(stream.errored))
    assert.deepEqual([host.requests.map(({ status }) => status), more], [[200, 206], []])
  })

  test('is tried again where it cannot go on where it broke', async () => {
    const tryWith = async (status: number) => {
      await using host = await startMediaServer()
      const fields = await host.put({ size: 24_000_000 }, 'document')
      host.fault(fields, { kind: 'cut', after: 16_000_000 }, 1)
      host.refuseRanges(status)
      await assert.rejects(read(host, fields), failsWith('retry'), String(status))
      const asked = host.requests.map(request => request.status)
      assert.deepEqual(asked, [200, status, status])
    }
    await Promise.all([200, 403, 503].map(tryWith))
  })

  test('does not end the process when it is cut off and nobody reads', async () => {
    await using host = await startMediaServer()
    const fields = await host.put({ size: 1_000_000 }, 'document')
    host.fault(fields, { kind: 'cut', after: 500_000 })
    const stream = await openMedia(mediaOf(fields), { signal, mediaHost: host.host })
    stream.resume()
    await new Promise(resolve => stream.once('close', resolve))
    assert.ok(stream.errored instanceof DeliveryError)
  })

  test('is given up when the file is gone', async () => {
    await using host = await startMediaServer()
    const fields = await host.put(BYTES, 'document')
    for (const status of [403, 404, 410]) {
      host.fault(fields, { kind: 'status', status }, 1)
      await assert.rejects(read(host, fields), failsWith('reject'), String(status))
    }
  })

  for (const announcedLength of [0, 100, 10_000_000])
    test(`hands over an undamaged file of another length than the ${announcedLength} bytes that its message says, as phones do`, async () => {
      await using host = await startMediaServer()
      assert.deepEqual(await read(host, await host.put(BYTES, 'document', { announcedLength })), BYTES)
    })

  test('stops when the file grows beyond what was sent, or may be', async () => {
    await using host = await startMediaServer()
    const longer = await host.put(BYTES, 'document')
    host.fault(longer, { kind: 'longer', by: 500_000 })
    await assert.rejects(read(host, longer), failsWith('reject'))
    await assert.rejects(
      read(host, await host.put(BYTES, 'document'), { maxBytes: 1000 }),
      failsWith('reject'),
    )
  })

  test('follows no redirect to a foreign place', async () => {
    await using host = await startMediaServer()
    await using other = await startMediaServer()
    const fields = await host.put(BYTES, 'document')
    host.fault(fields, { kind: 'redirect', to: `https://${other.host}/v/x` })
    await assert.rejects(read(host, fields), failsWith('reject'))
    assert.equal(other.requests.length, 0)
  })

  test('never asks an address that a contact wrote unless it is one of WhatsApp', async () => {
    await using host = await startMediaServer()
    await using other = await startMediaServer()
    const { directPath: _path, ...fields } = await other.put(BYTES, 'document')
    await assert.rejects(read(host, fields), failsWith('reject'))
    for (const url of [
      'http://169.254.169.254/latest',
      'https://whatsapp.net.example.com/x',
      'https://mmg.whatsapp.net@example.com/x',
      `https://mmg.whatsapp.net:${other.host.split(':')[1]}/x`,
      'file:///etc/passwd',
    ]) {
      await assert.rejects(read(host, { ...fields, url }), failsWith('reject'), url)
    }
    assert.equal(other.requests.length, 0)
  })

  test('takes the path of a message at the media host, whatever its address says', async () => {
    await using host = await startMediaServer()
    await using other = await startMediaServer()
    const fields = await host.put(BYTES, 'document')
    assert.deepEqual(await read(host, { ...fields, url: `https://${other.host}/x` }), BYTES)
    assert.equal(other.requests.length, 0)
  })

  test('ends when the process must stop', async () => {
    await using host = await startMediaServer()
    const fields = await host.put(BYTES, 'document')
    host.fault(fields, { kind: 'stall', after: 100_000 })
    const stop = new AbortController()
    const stream = await openMedia(mediaOf(fields), { signal: stop.signal, mediaHost: host.host })
    const reading = buffer(stream)
    stop.abort()
    await assert.rejects(reading, failsWith('retry'))
  })

  test('lets go of the connection when its reader goes away', async () => {
    await using host = await startMediaServer()
    const fields = await host.put({ size: 50_000_000 }, 'document')
    const stream = await openMedia(mediaOf(fields), { signal, mediaHost: host.host })
    for await (const _chunk of stream) break
    const until = Date.now() + 120_000
    while (!host.requests[0]?.aborted && Date.now() < until) await new Promise(setImmediate)
    assert.equal(host.requests[0]?.aborted, true)
  })
})
