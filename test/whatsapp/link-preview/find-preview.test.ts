import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { keepTo } from '../../../src/whatsapp/link-preview/fetch-page.ts'
import { findPreview } from '../../../src/whatsapp/link-preview/find-preview.ts'
import { type MediaServer, startMediaServer, trustTestCa } from '../../simulators/whatsapp/media-server.ts'
import { endsWithin } from '../../support/within.ts'

const signal = new AbortController().signal
const lakes = '<title>Lakes</title><meta name="description" content="Ten of them">'
const found = { title: 'Lakes', description: 'Ten of them' }

describe('a link', () => {
  let host: MediaServer
  /** What stands in the network at home: it must never be asked. */
  let home: Server
  let homePort: number
  let asked = 0
  before(async () => {
    trustTestCa()
    host = await startMediaServer()
    home = createServer((_request, response) => {
      asked += 1
      response.setHeader('content-type', 'text/html').end(lakes)
    })
    home.listen(0, '127.0.0.1')
    await once(home, 'listening')
    homePort = (home.address() as AddressInfo).port
  })
  after(async () => {
    home.closeAllConnections()
    home.close()
    await host[Symbol.asyncDispose]()
  })

  const find = (link: string) => findPreview(link, { signal, testHost: host.host })

  test('is previewed by what its page says about itself', async () => {
    assert.deepEqual(await find(host.page('/lakes', lakes)), found)
    assert.deepEqual(await find(`${host.host}/lakes`), found)
  })

  test('tells the page nothing but its address', async () => {
    host.requests.length = 0
    await find(host.page('/lakes?a=1', lakes))
    const { url, headers } = host.requests[0] ?? { url: '', headers: {} }
    assert.equal(url, '/lakes?a=1')
    assert.deepEqual(Object.keys(headers).toSorted(), [
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ])
  })

  test('is followed where it leads on', async () => {
    host.page('/lakes', lakes)
    host.page('/b', { status: 301, headers: { location: '/lakes' } })
    assert.deepEqual(
      await find(host.page('/a', { status: 302, headers: { location: `https://${host.host}/b` } })),
      found,
    )
  })

  test('that leads in circles, to no page or nowhere has no preview', async () => {
    const pages = [
      host.page('/circle', { status: 302, headers: { location: '/circle' } }),
      host.page('/picture', { body: lakes, headers: { 'content-type': 'image/png' } }),
      host.page('/gone', { body: lakes, status: 404 }),
      host.page('/untitled', '<p>hello'),
      host.page('/odd', { status: 302, headers: { location: 'ftp://a.example/' } }),
      host.page('/broken', { status: 302, headers: { location: 'https://[' } }),
      'https://127.0.0.1:1/',
      'not a link',
      'https://',
      'file:///etc/passwd',
      'data:text/html,<title>x</title>',
    ]
    for (const page of pages) assert.equal(await find(page), undefined, page)
  })

  test('is read by the encoding that its page has', async () => {
    const latin = Buffer.from('<title>M\xfcller</title>', 'latin1')
    const header = { body: latin, headers: { 'content-type': 'text/html; charset=iso-8859-1' } }
    assert.equal((await find(host.page('/header', header)))?.title, 'Müller')
    const inside = Buffer.concat([Buffer.from('<meta charset="windows-1252">'), latin])
    const meta = { body: inside, headers: { 'content-type': 'text/html' } }
    assert.equal((await find(host.page('/meta', meta)))?.title, 'Müller')
    const unknown = { body: lakes, headers: { 'content-type': 'text/html; charset=x-none' } }
    assert.equal((await find(host.page('/unknown', unknown)))?.title, 'Lakes')
  })

  test('is read only at its beginning, and for no longer than a few seconds', async () => {
    host.requests.length = 0
    const big = { body: lakes + ' '.repeat(5_000_000), endless: true }
    assert.deepEqual(await find(host.page('/big', big)), found)
    const finding = find(host.page('/slow', { body: lakes, endless: true }))
    assert.ok(await endsWithin(6000, finding))
    assert.equal(await finding, undefined)
    assert.equal(host.requests.length, 2)
  })

  test('is left alone when the process must stop', async () => {
    const stop = new AbortController()
    // On a slow machine its request comes when nobody waits for it any more, and is none of the next test's.
    await using own = await startMediaServer()
    const page = own.page('/slow', { body: lakes, endless: true })
    const finding = findPreview(page, { signal: stop.signal, testHost: own.host })
    setTimeout(() => stop.abort(), 50)
    assert.ok(await endsWithin(3900, finding))
    assert.equal(await finding, undefined)
  })

  test('never leads into the network at home, neither at once nor by a detour', async () => {
    const { port } = new URL(`https://${host.host}`)
    const inside = [
      `http://127.0.0.1:${homePort}/`,
      `http://localhost:${homePort}/`,
      'http://localhost/',
      'https://localhost/',
      'http://127.0.0.1/',
      'http://127.1/',
      'http://2130706433/',
      'http://0x7f000001/',
      'http://0177.0.0.1/',
      'http://[::1]/',
      'http://[::ffff:127.0.0.1]/',
      `http://[::ffff:7f00:1]:${homePort}/`,
      'http://169.254.169.254/latest/meta-data/',
      'http://192.168.0.1/',
      'http://10.0.0.1/',
      'http://fritz.box/',
      `http://user:secret@127.0.0.1:${homePort}/`,
      `http://127.0.0.1:${port}/lakes`,
      `https://localhost:${port}/lakes`,
    ]
    host.requests.length = 0
    for (const link of inside) {
      assert.equal(await find(link), undefined, link)
      const detour = host.page('/detour', { status: 302, headers: { location: link } })
      assert.equal(await find(detour), undefined, `to ${link}`)
    }
    assert.equal(asked, 0)
    assert.deepEqual(new Set(host.requests.map(({ url }) => url)), new Set(['/detour']))
  })

  test('goes to the address that was looked at, whatever its name says later', async () => {
    const address = { address: '127.0.0.1', family: 4 }
    for (const all of [true, false]) {
      const lookup: typeof keepToHome = (name, options, callback) =>
        keepToHome(name, { ...options, all }, callback)
      const options = { agent: false, lookup, autoSelectFamily: all }
      const request = get(`http://nowhere.example:${homePort}/`, options)
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      assert.equal(await text(response), lakes)
    }
    function keepToHome(...parameters: Parameters<ReturnType<typeof keepTo>>): void {
      keepTo([address])(...parameters)
    }
  })
})
