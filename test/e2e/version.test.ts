import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_CONNECTION_CONFIG } from '@whiskeysockets/baileys'
import { startConnectProxy } from '../simulators/connect-proxy.ts'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'

const builtIn = DEFAULT_CONNECTION_CONFIG.version[2]
const newer = builtIn + 1_000_000

test('The program goes on as the present version of WhatsApp Web, which it reads through the proxy, and ends with what to do where there is none', async () => {
  await using proxy = await startConnectProxy()
  await using world = await World.open({ env: { HTTPS_PROXY: proxy.url } })
  const { wa, tg, owner } = world
  tg.addPrivateChat(owner)
  const alice = wa.addContact({ name: 'Alice' })
  wa.refuseVersionsBelow(newer, builtIn)
  const refused = await world.wa2tg('login')
  assert.deepEqual([refused.code, refused.stdout], [2, ''])
  assert.equal(
    refused.stderr,
    'WhatsApp takes this version of the program no more; update wa2tg\nThen type: wa2tg login\n',
  )

  wa.refuseVersionsBelow(newer)
  const login = await world.link()
  assert.equal(login.code, 0, login.stderr)
  assert.deepEqual(wa.revisions, [builtIn, builtIn, newer, newer])
  const pages = () => wa.media.requests.filter(({ url }) => url === '/sw.js').length
  assert.equal(pages(), 2)
  const mediaPort = wa.mediaHost.split(':')[1]
  assert.ok(proxy.tunnels.filter(target => target.endsWith(`:${mediaPort}`)).length >= 2)

  const bridge = await world.run()
  assert.deepEqual(wa.revisions.slice(4), [newer])
  wa.refuseVersionsBelow(newer + 5)
  wa.dropConnection()
  await eventually(() => wa.revisions.at(-1) === newer + 5 && wa.isLive, 'the way back')
  await bridge.says(({ stderr }) => stderr.includes('going on as its present one'))
  // It knows that it is let in before it takes anything.
  await alice.send('Hello')
  await eventually(() => wa.pending.length === 0, 'the message to be acknowledged')

  wa.refuseVersionsBelow(newer + 9, newer + 5)
  wa.dropConnection()
  const { code, stderr } = await bridge.ended
  assert.equal(code, 2)
  assert.match(
    stderr,
    /takes this version of the program no more; update wa2tg, then start "wa2tg run" again\n$/,
  )
  assert.equal(pages(), 4)
  wa.assertNoSurprises()
})
