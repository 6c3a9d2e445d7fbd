import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startConnectProxy, startTlsFront } from '../simulators/connect-proxy.ts'
import { eventually } from '../simulators/eventually.ts'
import { samples, textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

const portOf = (address: string): number => Number(new URL(address).port)

test('Behind a proxy everything goes through it, files too, and comes back when the proxy does', async () => {
  await using proxy = await startConnectProxy()
  await using world = await World.open({ env: { HTTPS_PROXY: proxy.url } })
  const { wa, tg, owner } = world
  await using whatsapp = await startTlsFront(portOf(wa.url))
  await using telegram = await startTlsFront(portOf(tg.apiRoot))
  const config = world
    .config()
    .replace(wa.url, `wss://127.0.0.1:${whatsapp.port}/ws/chat`)
    .replace(tg.apiRoot, `https://127.0.0.1:${telegram.port}`)
  await writeFile(join(world.folder, 'config.yaml'), config, { mode: 0o600 })
  const tunnelsTo = (port: number | string) =>
    proxy.tunnels.filter(target => target.endsWith(`:${port}`)).length

  const alice = wa.addContact({ name: 'Alice' })
  const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights: {} })
  const login = await world.link()
  assert.equal(login.code, 0, login.stderr)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  await world.run()
  await alice.send(await samples.photo(wa.media, 'The lake'))
  const photo = await eventually(() => group.transcript()[0], 'the photo')
  assert.deepEqual([photo.kind, photo.text], ['photo', 'The lake'])
  owner.sends(group, { text: 'Nice', reply_to: photo.id })
  const answer = await eventually(() => alice.inbox[0], 'the answer')
  assert.equal(textOf(answer.message), 'Nice')

  assert.ok(tunnelsTo(wa.mediaHost.split(':')[1] ?? '') > 0, 'the file')
  for (const front of [whatsapp, telegram]) {
    assert.ok(front.connections > 0)
    assert.ok(front.connections <= tunnelsTo(front.port), 'nothing goes past the proxy')
  }

  proxy.down(true)
  await alice.send('while the proxy is away')
  await eventually(() => !wa.isConnected, 'the end of the connection')
  proxy.down(false)
  const isThere = () => group.transcript().some(({ text }) => text === 'while the proxy is away')
  await eventually(isThere, 'the message', 60_000)
  owner.sends(group, 'back again')
  await eventually(() => alice.inbox.length === 2, 'the second answer', 60_000)
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})

test('A proxy that is none is a mistake to mend, and its password is not shown', async () => {
  await using world = await World.open({ env: { HTTPS_PROXY: 'socks5://me:secret@127.0.0.1:1080' } })
  const { code, stderr } = await world.wa2tg('login')
  assert.equal(code, 2)
  assert.equal(
    stderr,
    'HTTPS_PROXY is not the address of an HTTP proxy\nWrite it like http://127.0.0.1:3128, or go without: unset HTTPS_PROXY\n',
  )
})
