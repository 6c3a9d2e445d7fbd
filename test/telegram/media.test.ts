import assert from 'node:assert/strict'
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Media } from '../../src/bridge/event.ts'
import { DeliveryError } from '../../src/bridge/verdict.ts'
import { openApi } from '../../src/telegram/api.ts'
import { CallError } from '../../src/telegram/call-error.ts'
import { type OpenMediaOptions, openMedia } from '../../src/telegram/media.ts'
import { eventually } from '../simulators/eventually.ts'
import { type Fault, startTelegramSimulator, type TelegramSimulator } from '../simulators/telegram/index.ts'

const bytes = Buffer.alloc(300_000, 'some bytes')

/** A server that holds one document, as media of an event. */
const serve = async (size = bytes.length): Promise<{ tg: TelegramSimulator; media: Media }> => {
  const tg = await startTelegramSimulator()
  const owner = tg.addUser({ id: 7001, first_name: 'Olga' })
  const { document } = owner.sends(tg.addPrivateChat(owner), {
    document: { bytes: size === bytes.length ? bytes : Buffer.alloc(size), name: 'a.bin' },
  })
  const source = JSON.stringify({ fileId: document?.file_id, uniqueId: document?.file_unique_id })
  return { tg, media: { source } }
}

const open = (tg: TelegramSimulator, media: Media, more: Partial<OpenMediaOptions> = {}) =>
  openMedia(media, {
    api: openApi({ token: tg.token, apiRoot: tg.apiRoot }),
    signal: new AbortController().signal,
    connected: () => true,
    idleMs: 60_000,
    ...more,
  })

const failsWith =
  (kind: string, words = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof DeliveryError, String(error))
    assert.equal(error.verdict.kind, kind)
    assert.match(error.message, words)
    return true
  }

test('a file is handed over as it is, from the beginning at every call', async () => {
  const { tg, media } = await serve()
  await using _ = tg
  for (const _turn of [1, 2]) assert.deepEqual(await buffer(await open(tg, media)), bytes)
})

test('a download that is cut off or stalls is tried again', async () => {
  const { tg, media } = await serve()
  await using _ = tg
  for (const [fault, idleMs] of [
    ['reset-during-body', 60_000],
    ['hang', 200],
  ] satisfies [Fault, number][]) {
    tg.faults.next('download', fault)
    await assert.rejects(buffer(await open(tg, media, { idleMs })), failsWith('retry', /cut off/), fault)
    assert.equal(tg.faults.waiting, 0)
  }
  const troubles: Fault[] = ['reset-before', { status: 502, html: '<h1>Bad Gateway</h1>' }]
  for (const fault of troubles) {
    tg.faults.next('download', fault)
    await assert.rejects(open(tg, media), failsWith('retry'), JSON.stringify(fault))
  }
})

test('a server of one’s own has longer to fetch a file, the bigger that is', async t => {
  const { tg, media } = await serve()
  await using _ = tg
  const turns = async (until: () => boolean) => {
    while (!until()) await setImmediate()
  }
  const stop = new AbortController()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  for (const [size, isGivenUp] of [
    [1000, true],
    [100_000_000, false],
  ] as const) {
    tg.faults.next('getFile', 'hang')
    let end: unknown
    open(tg, { ...media, size }, { signal: stop.signal }).catch(error => {
      end = error
    })
    await turns(() => tg.faults.waiting === 0)
    t.mock.timers.tick(65_000)
    if (isGivenUp) await turns(() => end !== undefined)
    // What has ended says so within a turn.
    for (let turn = 0; turn < 20; turn++) await setImmediate()
    assert.equal(end !== undefined, isGivenUp, `${size} bytes`)
  }
  t.mock.timers.reset()
  stop.abort()
})

test('a page of whoever stands in front of Telegram does not refuse the file', async () => {
  const { tg, media } = await serve()
  await using _ = tg
  for (const method of ['getFile', 'download']) {
    for (const status of [400, 401, 403, 404]) {
      tg.faults.next(method, { status, html: `<h1>${status}</h1>` })
      await assert.rejects(
        open(tg, media),
        failsWith('retry', new RegExp(`${status}`)),
        `${method} ${status}`,
      )
      assert.deepEqual(await buffer(await open(tg, media)), bytes)
    }
  }
})

test('a file that is "temporarily unavailable" is asked for again, and one that is too big is not', async () => {
  const { tg, media } = await serve()
  await using _ = tg
  const answer = (description: string): Fault => ({ error: 400, description: `Bad Request: ${description}` })
  const unavailable = answer('wrong file_id or the file is temporarily unavailable')
  tg.faults.next('getFile', unavailable)
  await assert.rejects(open(tg, media), failsWith('retry', /at the moment/))
  tg.faults.next('getFile', unavailable)
  await assert.rejects(open(tg, media, { connected: () => false }), failsWith('offline'))
  assert.deepEqual(await buffer(await open(tg, media)), bytes)
  for (const description of ['file is too big', 'wrong file_id specified']) {
    tg.faults.next('getFile', answer(description))
    await assert.rejects(open(tg, media), failsWith('reject'), description)
  }
})

test('while Telegram cannot be reached, no failure is one of the file', async () => {
  const { tg, media } = await serve()
  await using _ = tg
  const connected = () => false
  tg.faults.next('download', 'reset-during-body')
  await assert.rejects(buffer(await open(tg, media, { connected })), failsWith('offline'))
  tg.faults.next('getFile', 'reset-before')
  await assert.rejects(open(tg, media, { connected }), failsWith('offline'))
})

test('a download that breaks while nobody reads does not end the process', async () => {
  const { tg, media } = await serve()
  await using _ = tg
  tg.faults.next('download', 'reset-during-body')
  const stream = await open(tg, media)
  await new Promise(resolve => setTimeout(resolve, 50))
  stream.resume()
  await new Promise(resolve => stream.once('close', resolve))
  assert.ok(stream.errored instanceof DeliveryError)
})

test('a file of this machine is opened where a server on it keeps those of the bot alone, never because somebody names it', async () => {
  await using dir = await mkdtempDisposable(join(tmpdir(), 'wa2tg-media-'))
  const token = '8001:AAF-of-the-test-bot'
  const write = async (...names: readonly string[]): Promise<string> => {
    const path = join(dir.path, ...names)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
    return path
  }
  const { signal } = new AbortController()
  const openFrom = (apiRoot: string, path: string) => openApi({ token, apiRoot }).download(path, signal)
  const own = 'http://telegram-bot-api:8081'
  const kept = await write(token, 'photos', 'photo.jpg')
  for (const folder of [token, token.replace(':', '~'), `${token}:T`]) {
    const path = await write(folder, 'photos', 'photo.jpg')
    assert.deepEqual(await buffer(await openFrom(own, path)), bytes, folder)
  }
  const others = await write('8001:AAF-of-the-test-bo', 'photo.jpg')
  const outside = await write('photo.jpg')
  const refused = [
    [own, outside],
    [own, others],
    [own, `${dir.path}/${token}/../photo.jpg`],
    // Telegram's own, behind a proxy of another name.
    ['https://telegram-proxy.example', outside],
    ['https://api.telegram.org', kept],
    ['https://api.telegram.org./', kept],
    ['https://API.Telegram.org', kept],
  ] as const
  for (const [apiRoot, path] of refused) {
    const error = await openFrom(apiRoot, path).catch(thrown => thrown)
    assert.ok(error instanceof CallError, `${apiRoot} ${path}`)
    assert.equal(error.message.includes(dir.path), false)
  }
})

test('a file over 20 MB is refused with the reason', async () => {
  const { tg, media } = await serve(20 * 1024 * 1024 + 1)
  await using _ = tg
  await assert.rejects(open(tg, media), failsWith('reject', /20 MB/))
})

test('a reader that goes away closes the download, even a stalled one', async () => {
  const { tg, media } = await serve()
  await using _ = tg
  tg.faults.next('download', 'hang')
  const stream = await open(tg, media)
  stream.resume()
  await new Promise(resolve => setTimeout(resolve, 50))
  stream.destroy()
  await eventually(() => tg.openDownloads === 0, 'the end of the download')
})
