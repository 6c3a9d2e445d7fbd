import assert from 'node:assert/strict'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import type { Program } from '../simulators/program.ts'
import { startRelay } from '../simulators/relay.ts'
import { samples, textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

const portOf = (address: string): number => Number(new URL(address).port)

/** A world whose program asks for names what `know` says. */
const openNamed = async (mediaName?: string) => {
  const dir = await mkdtempDisposable(join(tmpdir(), 'wa2tg-names-'))
  const file = join(dir.path, 'names')
  const know = (names: Readonly<Record<string, string>>) =>
    writeFile(
      file,
      Object.entries(names)
        .map(([name, means]) => `${name} ${means}\n`)
        .join(''),
    )
  await know({})
  const world = await World.open({
    env: { NODE_OPTIONS: `--import ${join(import.meta.dirname, 'set-names.ts')}`, WA2TG_TEST_NAMES: file },
    ...(mediaName !== undefined && { mediaName }),
  })
  const { wa, tg, owner } = world
  const configure = (whatsapp: string, telegram: string) =>
    writeFile(
      join(world.folder, 'config.yaml'),
      world.config().replace(new URL(wa.url).host, whatsapp).replace(new URL(tg.apiRoot).host, telegram),
      { mode: 0o600 },
    )
  const alice = wa.addContact({ name: 'Alice' })
  const group = tg.addSupergroup({ title: 'Alice', members: [owner], botRights: {} })
  return {
    world,
    know,
    configure,
    alice,
    group,
    async link() {
      assert.equal((await world.link()).code, 0)
      assert.equal((await world.wa2tg('map', 'add', 'Alice', String(group.id))).code, 0)
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await dir.remove()
    },
  }
}

const isThere =
  ({ group }: Awaited<ReturnType<typeof openNamed>>, text: string) =>
  () =>
    group.transcript().some(seen => seen.text === text)

const addresses = Object.values(networkInterfaces()).flatMap(found => found ?? [])
/**
 * Where the servers are, for the program and for themselves. On a machine without IPv6 the system reaches what is an IPv6 address
 * to the program over IPv4.
 */
const [here, host] = addresses.some(({ address }) => address === '::1')
  ? ['::1', '::1']
  : ['::ffff:127.0.0.2', '127.0.0.2']

/** What the config calls both servers; the media host's certificate is good for a name alone. */
const ways: Readonly<Record<string, readonly [whatsapp: string, telegram: string]>> = {
  'by address': [`[${here}]`, `[${here}]`],
  'by names that have no other': ['wa.test', 'tg.test'],
}

for (const [way, [whatsapp, telegram]] of Object.entries(ways)) {
  test(`Where there is IPv6 alone, everything goes over it, files too: servers known ${way}`, async () => {
    await using named = await openNamed('localhost')
    const { world, know, configure, alice, group } = named
    const { wa, tg, owner } = world
    const ports = [portOf(wa.url), portOf(tg.apiRoot), portOf(`https://${wa.mediaHost}`)]
    const [toWhatsApp = 0, toTelegram = 0, toMedia = 0] = ports
    await using chat = await startRelay(toWhatsApp, { host, port: toWhatsApp })
    await using bot = await startRelay(toTelegram, { host, port: toTelegram })
    await using files = await startRelay(toMedia, { host, port: toMedia })
    await know({ 'wa.test': here, 'tg.test': here, localhost: here })
    await configure(`${whatsapp}:${toWhatsApp}`, `${telegram}:${toTelegram}`)
    await named.link()
    await world.run()
    await alice.send(await samples.photo(wa.media, 'The lake'))
    const photo = await eventually(() => group.transcript()[0], 'the photo')
    assert.deepEqual([photo.kind, photo.text], ['photo', 'The lake'])
    owner.sends(group, { document: { bytes: Buffer.from('a letter'), name: 'letter.txt' } })
    await eventually(() => alice.inbox[0], 'the file on the phone')
    for (const relay of [chat, bot, files]) assert.ok(relay.connections > 0)
    wa.assertNoSurprises()
    tg.assertNoSurprises()
  })
}

for (const trouble of ['ENOTFOUND', 'EAI_AGAIN']) {
  test(`Where names cannot be looked up (${trouble}), it says so, goes on asking, and catches up`, async () => {
    await using named = await openNamed()
    const { world, know, configure, alice, group } = named
    const { wa, tg, owner } = world
    await using telegram = await startRelay(portOf(tg.apiRoot))
    await configure(`wa.test:${portOf(wa.url)}`, `tg.test:${telegram.port}`)
    const known = { 'wa.test': '127.0.0.1', 'tg.test': '127.0.0.1' }
    const gone = { 'wa.test': trouble, 'tg.test': trouble }
    const hears = (program: Program, from: number) =>
      program.says(({ stderr }) => {
        const said = stderr.slice(from)
        return (
          said.includes(`WhatsApp cannot be reached (WebSocket Error (getaddrinfo ${trouble} wa.test))`) &&
          /Telegram cannot be reached \(\w+: getaddrinfo (ENOTFOUND|EAI_AGAIN) tg\.test\)/.test(said)
        )
      })
    await know(known)
    await named.link()
    await know(gone)
    await alice.send('from before the start')
    const run = world.start('run')
    await hears(run, 0)
    const status = await world.wa2tg('status')
    assert.equal(status.code, 1)
    assert.match(status.stderr, new RegExp(`getaddrinfo ${trouble} wa\\.test`))
    assert.match(status.stderr, new RegExp(`getaddrinfo ${trouble} tg\\.test`))
    await know(known)
    await eventually(isThere(named, 'from before the start'), 'the first message', 120_000)

    run.kill('SIGTERM')
    await run.ended
    const next = await world.run()
    await know(gone)
    const before = next.stderr.length
    wa.dropConnection()
    telegram.cut()
    await hears(next, before)
    await alice.send('while names are gone')
    owner.sends(group, 'an answer meanwhile')
    await know(known)
    await eventually(isThere(named, 'while names are gone'), 'the second message', 120_000)
    const answer = await eventually(() => alice.inbox[0], 'the answer', 120_000)
    assert.equal(textOf(answer.message), 'an answer meanwhile')
    assert.equal(group.transcript().filter(({ from }) => from.isBot).length, 2)
    wa.assertNoSurprises()
    tg.assertNoSurprises()
  })
}
