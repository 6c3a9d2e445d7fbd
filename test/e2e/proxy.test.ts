import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startConnectProxy, startTlsFront } from '../simulators/connect-proxy.ts'
import { eventually } from '../simulators/eventually.ts'
import { files, samples } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

const portOf = (address: string): number => Number(new URL(address).port)

/** Puts TLS in front of both networks, which is what goes through a proxy. */
const openBehind = async (env: Readonly<Record<string, string>>) => {
  await using open = new AsyncDisposableStack()
  const world = open.use(await World.open({ env }))
  const { wa, tg } = world
  const whatsapp = open.use(await startTlsFront(portOf(wa.url)))
  const telegram = open.use(await startTlsFront(portOf(tg.apiRoot)))
  const config = world
    .config()
    .replace(wa.url, `wss://127.0.0.1:${whatsapp.port}/ws/chat`)
    .replace(tg.apiRoot, `https://127.0.0.1:${telegram.port}`)
  await writeFile(join(world.folder, 'config.yaml'), config, { mode: 0o600 })
  const all = open.move()
  return { world, whatsapp, telegram, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

test('Behind a proxy everything goes through it, files both ways too, and comes back when the proxy does', async () => {
  await using proxy = await startConnectProxy()
  await using behind = await openBehind({ HTTPS_PROXY: proxy.url })
  const { world, whatsapp, telegram } = behind
  const { wa, tg, owner } = world
  const far = [
    { who: 'WhatsApp', host: whatsapp, port: whatsapp.port },
    { who: 'Telegram', host: telegram, port: telegram.port },
    { who: 'the media host', host: wa.media, port: portOf(`https://${wa.mediaHost}`) },
  ]
  const assertNonePast = (when: string): void => {
    for (const { who, host, port } of far) {
      const tunnels = proxy.tunnels.filter(target => target.endsWith(`:${port}`)).length
      assert.ok(host.connections > 0 && host.connections <= tunnels, `past the proxy to ${who} ${when}`)
    }
  }

  const alice = wa.addContact({ name: 'Alice' })
  const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights: {} })
  const login = await world.link()
  assert.equal(login.code, 0, login.stderr)
  assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
  await world.run()
  /** A file each way, each of which is got from one network and put up at the other. */
  const sendFiles = async (nth: number): Promise<void> => {
    const caption = `The lake ${nth}`
    await alice.send(await samples.photo(wa.media, caption))
    const photo = await eventually(
      () => group.transcript().find(({ text }) => text === caption),
      `the photo ${nth}`,
      120_000,
    )
    assert.equal(photo.kind, 'photo')
    const uploads = wa.media.uploads.length
    owner.sends(group, {
      document: { bytes: files.pdf(), name: `plan ${nth}.pdf` },
      caption: `The plan ${nth}`,
      reply_to: photo.id,
    })
    const plan = await eventually(() => alice.inbox[nth - 1], `the document ${nth}`, 120_000)
    assert.deepEqual([plan.shown?.kind, plan.shown?.text], ['document', `The plan ${nth}`])
    assert.equal(wa.media.uploads.length, uploads + 1)
  }
  await sendFiles(1)
  assertNonePast('while it is there')

  proxy.down(true)
  await alice.send('while the proxy is away')
  await eventually(() => !wa.isConnected, 'the end of the connection')
  proxy.down(false)
  const isThere = () => group.transcript().some(({ text }) => text === 'while the proxy is away')
  await eventually(isThere, 'the message', 120_000)
  await sendFiles(2)
  assertNonePast('when it has been away')
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

test('The password of a proxy is told nowhere: not where it takes it, refuses it or is away, nor in a crash', async () => {
  const password = 'password-of-the-zebra'
  await using proxy = await startConnectProxy({ credentials: `zebra-user:${password}` })
  const crash = `connect ECONNREFUSED ${proxy.url}`
  const env = {
    HTTPS_PROXY: proxy.url,
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'crash-on-signal.ts')}`,
    WA2TG_TEST_CRASH: crash,
  }
  await using behind = await openBehind(env)
  const { world } = behind
  const { wa, tg, owner } = world
  const alice = wa.addContact({ name: 'Alice' })
  const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights: {} })
  const said: string[] = []
  const tell = async (...args: readonly string[]): Promise<number | null> => {
    const { code, stdout, stderr } = await world.wa2tg(...args)
    said.push(stdout + stderr)
    return code
  }
  const refuses = async (times: number): Promise<void> => {
    const before = proxy.refused
    await eventually(() => proxy.refused >= before + times, 'what is asked for again', 120_000)
  }

  // Nobody is let in: not to link, nor to map.
  proxy.refuse(407)
  assert.notEqual(await tell('login'), 0)
  proxy.refuse(undefined)
  const linked = await world.link()
  assert.equal(linked.code, 0, linked.stderr)
  said.push(linked.stderr)
  proxy.refuse(407)
  assert.notEqual(await tell('map', 'add', 'Alice', String(group.id)), 0)
  proxy.refuse(undefined)
  assert.equal(await tell('map', 'add', 'Alice', String(group.id)), 0)

  for (const [refusal, ...args] of [[407], [503, '--json']] as const) {
    const bridge = await world.run(...args)
    const words = `while it refuses with ${refusal}`
    proxy.refuse(refusal)
    await eventually(() => !wa.isConnected, 'the end of the connection')
    await alice.send(words)
    await refuses(3)
    await tell('status')
    await tell('status', '--json')
    proxy.refuse(undefined)
    await eventually(() => group.transcript().some(({ text }) => text === words), words, 120_000)
    bridge.kill('SIGUSR2')
    const { code, stderr } = await bridge.ended
    assert.deepEqual([code, /This is a bug in wa2tg/.test(stderr)], [70, true])
    said.push(stderr)
  }

  proxy.leave()
  const alone = world.start('run')
  await alone.says(({ stderr }) => /Telegram/.test(stderr) && /WhatsApp/.test(stderr))
  await tell('status')
  await tell('logout', '--yes')
  alone.kill('SIGTERM')
  said.push((await alone.ended).stderr)
  assert.ok(said.every(words => words.length > 0))
  for (const words of said) {
    for (const secret of [password, 'zebra-user', Buffer.from(`zebra-user:${password}`).toString('base64')])
      assert.ok(!words.includes(secret), words)
  }
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
