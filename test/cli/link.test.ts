import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { readQrCode } from '../simulators/camera.ts'
import { el, unixSeconds } from '../simulators/whatsapp/node.ts'
import { eventually, World } from '../simulators/world.ts'

test('login draws a code that a camera reads, and ends with who is linked', async () => {
  await using world = await World.open()
  const login = world.start('login')
  const payload = await login.says(({ stderr }) => readQrCode(stderr))
  assert.match(login.stderr, /^On the phone: WhatsApp → Settings → Linked devices/)
  await world.wa.phone.scan(payload)
  const { code, stdout, stderr } = await login.ended
  assert.deepEqual({ code, stdout }, { code: 0, stdout: '' }, stderr)
  assert.match(stderr, /\nLinked as Olivia Owner, \+15550000001\. Next, type: wa2tg chats\n$/)
  world.wa.assertNoSurprises()
})

test('a machine that is linked already is told so with 0, and stays linked', async () => {
  await using world = await World.open()
  assert.equal((await world.link()).code, 0)
  const again = await world.wa2tg('login')
  assert.deepEqual({ code: again.code, stdout: again.stdout }, { code: 0, stdout: '' })
  assert.match(
    again.stderr,
    /^Already linked as Olivia Owner, \+15550000001\. .* does not list this machine any more, .*wa2tg logout\n$/,
  )
  const json = await world.wa2tg('login', '--json')
  assert.deepEqual(JSON.parse(json.stdout), {
    linked: true,
    already: true,
    account: '15550000001@s.whatsapp.net',
    name: 'Olivia Owner',
  })
  assert.notEqual(world.wa.companion, undefined)
})

test('who links anew hears that what came meanwhile is on the phone, and that all goes on', async () => {
  await using world = await World.open()
  await world.mapAlice()
  world.wa.phone.unlink()
  assert.equal((await world.wa2tg('run')).code, 2)
  const { code, stderr } = await world.link()
  assert.equal(code, 0, stderr)
  assert.match(
    stderr,
    /\nLinked as Olivia Owner, \+15550000001\. Next, type: wa2tg run\nWhat came in WhatsApp while this machine was not linked is on the phone alone\n$/,
  )
})

test('with --qr text stdout holds the raw payload and nothing else', async () => {
  await using world = await World.open()
  const { code, stdout } = await world.link()
  assert.equal(code, 0)
  for (const line of stdout.trimEnd().split('\n')) assert.match(line, /^\S+(?:,\S+){3,}$/)
})

test('a pairing code is typed into the phone instead', async () => {
  await using world = await World.open()
  const login = world.start('login', '--pairing-code', '+1 555 000-0001')
  const code = await login.says(({ stdout }) => /^\w{4}-\w{4}$/m.exec(stdout)?.[0])
  await world.wa.phone.enterPairingCode(code.replace('-', ''))
  const { code: exit, stdout, stderr } = await login.ended
  assert.deepEqual({ exit, stdout }, { exit: 0, stdout: `${code}\n` }, stderr)
})

test('when a pairing code has run out it is said that another one counts', async () => {
  await using world = await World.open()
  const login = world.start('login', '--pairing-code', '+15550000001')
  const codes = (stdout: string) => stdout.match(/^\w{4}-\w{4}$/gm) ?? []
  await login.says(({ stdout }) => codes(stdout).length === 1)
  assert.ok(!login.stderr.includes('no longer'))
  world.wa.dropConnection()
  const [, code = ''] = await login.says(({ stdout }) => codes(stdout).length === 2 && codes(stdout))
  await login.says(({ stderr }) => stderr.endsWith('\nThat code counts no longer; type this one:\n'), 30_000)
  await world.wa.phone.enterPairingCode(code.replace('-', ''))
  assert.equal((await login.ended).code, 0)
})

test('a phone that refuses ends the login with 2 and a way out', async () => {
  await using world = await World.open()
  const login = world.start('login', '--qr', 'text')
  await login.says(({ stdout }) => stdout.includes('\n'))
  world.wa.phone.refuse()
  const { code, stderr } = await login.ended
  assert.equal(code, 2, stderr)
  assert.match(stderr, /refused to link this machine\nMake room under Linked devices.*wa2tg login\n$/)
})

test('Ctrl-C ends the login with 1, and the next one starts afresh', async () => {
  await using world = await World.open()
  const login = world.start('login', '--qr', 'text')
  await login.says(({ stdout }) => stdout.includes('\n'))
  login.kill('SIGINT')
  const { code, stderr } = await login.ended
  assert.equal(code, 1)
  assert.match(stderr, /The login was stopped\n$/)
  assert.equal((await world.link()).code, 0)
})

test('logout unlinks at WhatsApp, wipes the session and keeps the mappings', async () => {
  await using world = await World.open()
  await world.link()
  const group = world.tg.addSupergroup({ title: 'Group' })
  assert.equal((await world.wa2tg('map', 'add', '+15550000077', String(group.id))).code, 0)
  const { code, stderr } = await world.wa2tg('logout', '--yes')
  assert.deepEqual(
    { code, stderr },
    { code: 0, stderr: 'Unlinked; the mappings are kept. To link again, type: wa2tg login\n' },
  )
  assert.equal(world.wa.companion, undefined)
  const status = JSON.parse((await world.wa2tg('status', '--json')).stdout)
  assert.deepEqual([status.whatsapp.state, status.whatsapp.account, status.mappings], ['unlinked', null, 1])
})

for (const manner of ['asked', 'unmarked'] as const) {
  test(`logout takes in first what waits for this machine (${manner}): behind a new link all of it is in Telegram`, async () => {
    await using world = await World.open()
    const { alice, group } = await world.mapAlice()
    world.wa.giveBacklog(manner)
    const texts = Array.from({ length: 60 }, (_, index) => `While it was off ${index}`)
    for (const text of texts) await alice.send(text)
    const { code, stderr } = await world.wa2tg('logout', '--yes')
    assert.equal(code, 0, stderr)
    assert.ok(!stderr.includes('not all have come'), stderr)
    assert.equal((await world.link()).code, 0)
    await world.run()
    const shown = () =>
      group.transcript().flatMap(({ text = '' }) => text.match(/While it was off \d+/g) ?? [])
    await eventually(() => shown().length >= texts.length, 'all of them', 30_000)
    assert.deepEqual(shown(), texts)
  })
}

const notAll =
  /\nWhat waited at WhatsApp for this machine may not all have come: the rest is on the phone alone\n$/

test('logout over a connection on which WhatsApp says nothing of what waits says that not all may have come', async () => {
  await using world = await World.open()
  const { alice } = await world.mapAlice()
  world.wa.giveBacklog('withheld')
  await alice.send('While it was off')
  const { code, stderr } = await world.wa2tg('logout', '--yes')
  assert.deepEqual([code, alice.receipts], [0, []], stderr)
  assert.match(stderr, /^Unlinked;/)
  assert.match(stderr, notAll)
})

test('logout over a line that breaks in the middle is told to WhatsApp on the next one', async () => {
  await using world = await World.open()
  const { alice } = await world.mapAlice()
  for (let index = 0; index < 30; index += 1) await alice.send(`While it was off ${index}`)
  const logout = world.start('logout', '--yes')
  await eventually(() => alice.receipts.length > 0, 'the first one')
  world.wa.dropConnection()
  const { code, stderr } = await logout.ended
  assert.deepEqual([code, stderr.includes('Unlinked;')], [0, true], stderr)
  assert.equal(world.wa.companion, undefined)
})

test('what could not be read when this machine was unlinked has its placeholder behind a new link', async () => {
  await using world = await World.open()
  const { alice, group } = await world.mapAlice()
  const attrs = { id: 'UNREAD', t: String(unixSeconds()), type: 'text', from: alice.lid, sender_pn: alice.pn }
  world.wa.enqueue(el('message', attrs, [el('enc', { v: '2', type: 'msg' }, randomBytes(60))]))
  assert.equal((await world.wa2tg('logout', '--yes')).code, 0)
  assert.equal((await world.link()).code, 0)
  await world.run()
  const shown = () => group.transcript().map(({ text }) => text)
  await eventually(() => shown().length > 0, 'the placeholder', 30_000)
  assert.deepEqual(shown(), ['Waiting for this message; it may be on the phone already'])
})

test('logout without a network wipes the session and says what is left to do', async () => {
  await using world = await World.open()
  await world.link()
  world.wa.refuseNextLogin(503)
  world.wa.silence(true)
  const { code, stderr } = await world.wa2tg('logout', '--yes')
  assert.equal(code, 1)
  assert.match(stderr, /WhatsApp could not be told\. Remove this device on the phone/)
  assert.match(stderr, notAll)
  const status = JSON.parse((await world.wa2tg('status', '--json')).stdout)
  assert.equal(status.whatsapp.state, 'unlinked')
})

for (const how of ['silence', 500] as const) {
  test(`logout to which WhatsApp does not agree (${how}) wipes the session and says what is left to do`, async () => {
    await using world = await World.open()
    await world.link()
    world.wa.refuseQuery('md set remove-companion-device', how)
    const { code, stderr } = await world.wa2tg('logout', '--yes')
    assert.equal(code, 1, stderr)
    assert.match(stderr, /WhatsApp could not be told\. Remove this device on the phone/)
    const status = JSON.parse((await world.wa2tg('status', '--json')).stdout)
    assert.equal(status.whatsapp.state, 'unlinked')
  })
}

test('logout after the phone was faster forgets that, too', async () => {
  await using world = await World.open()
  await world.link()
  world.wa.phone.unlink()
  assert.equal((await world.wa2tg('run')).code, 2)
  const { code, stderr } = await world.wa2tg('logout', '--yes')
  assert.equal(code, 0, stderr)
  const status = JSON.parse((await world.wa2tg('status', '--json')).stdout)
  assert.equal(status.whatsapp.state, 'unlinked')
})

test('the first sync fills the list of chats', async () => {
  await using world = await World.open()
  const mum = world.wa.addContact({ name: 'Mum' })
  world.wa.addGroup({ subject: 'Family', participants: [mum] })
  assert.equal((await world.link()).code, 0)
  const { code, stdout } = await world.wa2tg('chats', '--json')
  assert.equal(code, 0)
  const chats: { name: string; kind: string; mappedTo: string | null }[] = JSON.parse(stdout)
  assert.deepEqual(
    chats
      .filter(({ name }) => ['Family', 'Mum'].includes(name))
      .map(({ name, kind, mappedTo }) => [name, kind, mappedTo])
      .sort(),
    [
      ['Family', 'group', null],
      ['Mum', 'person', null],
    ],
    stdout,
  )
})
