import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../simulators/eventually.ts'
import { textOf } from '../simulators/samples.ts'
import { World } from '../simulators/world.ts'

test('a conflict over updates is told in the status, and what stays at Telegram comes when it is over', async () => {
  await using world = await World.open()
  const { tg, owner } = world
  const { alice, group } = await world.mapAlice()
  const run = await world.run()
  tg.faults.next(
    'getUpdates',
    { error: 409, description: 'Conflict: terminated by other getUpdates request' },
    { times: 1000 },
  )
  owner.sends(group, 'while two were asking')
  await run.says(({ stderr }) => stderr.includes('Another program uses the same bot token'))
  const { code, stderr } = await world.wa2tg('status')
  assert.equal(code, 1)
  assert.match(
    stderr,
    /Another program uses the same bot token, and what it fetches never comes here: stop it/,
  )
  tg.faults.clear()
  const answer = await eventually(() => alice.inbox[0], 'the message', 120_000)
  assert.equal(textOf(answer.message), 'while two were asking')
  assert.equal(alice.inbox.length, 1)
  assert.ok(run.running)
})

const deaf = {
  'another program polls': [
    'terminated by other getUpdates request',
    'Another program uses the same bot token',
  ],
  'the bot has a webhook': ["can't use getUpdates method while webhook is active", 'The bot has a webhook'],
} as const

for (const [what, [description, words]] of Object.entries(deaf)) {
  test(`while ${what}, so that nothing is heard of Telegram, what comes from WhatsApp goes there, also behind a start`, async () => {
    await using world = await World.open()
    const { tg, owner } = world
    const { alice, group } = await world.mapAlice()
    const isThere = (text: string) => () => group.transcript().some(seen => seen.text === text)
    const run = await world.run()
    tg.faults.next(
      'getUpdates',
      { error: 409, description: `Conflict: ${description}` },
      { times: 1_000_000 },
    )
    owner.sends(group, 'wake')
    await run.says(({ stderr }) => stderr.includes(words))
    await alice.send('while nothing is heard')
    await eventually(isThere('while nothing is heard'), 'the message')
    run.kill('SIGTERM')
    assert.equal((await run.ended).code, 0)
    await alice.send('while it is off')
    const next = world.start('run')
    await eventually(isThere('while it is off'), 'the message behind the start')
    assert.ok(!next.stderr.includes('Ready'))
    assert.equal((await world.wa2tg('status')).code, 1)
    tg.assertNoSurprises()
  })
}

const pollFaults = {
  'with a failure of the server': { error: 502, description: 'Bad Gateway' },
  'with a page of a proxy': { status: 504, html: '<h1>Gateway Time-out</h1>' },
  'with a wait of an hour': { error: 429, retryAfter: 3600 },
  'as the line breaks': 'reset-before',
} as const

for (const [how, fault] of Object.entries(pollFaults)) {
  test(`while polls alone fail, ${how}, what comes from WhatsApp goes to Telegram, also behind a start`, async () => {
    await using world = await World.open()
    const { tg, owner } = world
    const { alice, group } = await world.mapAlice()
    const isThere = (text: string) => () => group.transcript().some(seen => seen.text === text)
    const run = await world.run()
    tg.faults.next('getUpdates', fault, { times: 1_000_000 })
    owner.sends(group, 'typed meanwhile')
    await tg.until('a poll that fails', () => run.stderr.includes('"level":"warn"'))
    for (const text of ['one', 'two']) {
      await alice.send(text)
      await eventually(isThere(text), text, 60_000)
    }
    run.kill('SIGTERM')
    assert.equal((await run.ended).code, 0)
    await alice.send('while it is off')
    const next = world.start('run')
    await eventually(isThere('while it is off'), 'the message behind the start', 60_000)
    assert.equal((await world.wa2tg('status')).code, 1)
    tg.faults.clear()
    // It does not ask before that time.
    if (typeof fault === 'object' && 'retryAfter' in fault) {
      next.kill('SIGTERM')
      assert.equal((await next.ended).code, 0)
      world.start('run')
    }
    const answer = await eventually(() => alice.inbox[0], 'what was typed', 120_000)
    assert.equal(textOf(answer.message), 'typed meanwhile')
    assert.equal(alice.inbox.length, 1)
    tg.assertNoSurprises()
  })
}

test('pages of a front server in place of every answer end no run and lose no message; the last word stays the bot’s', async () => {
  await using world = await World.open()
  const { tg, owner } = world
  const home = tg.addPrivateChat(owner)
  const { alice, group } = await world.mapAlice()
  const run = await world.run()
  for (const status of [401, 403, 404]) {
    const page = { status, html: `<h1>${status}</h1>` }
    for (const method of ['sendMessage', 'getUpdates']) tg.faults.next(method, page, { times: 2 })
    await alice.send(`out ${status}`)
    owner.sends(group, `in ${status}`)
    const here = () => group.transcript().map(({ text }) => text)
    const there = () => alice.inbox.map(({ message }) => textOf(message))
    await eventually(
      () => here().includes(`out ${status}`) && there().includes(`in ${status}`) && tg.faults.waiting === 0,
      `both messages past ${status}`,
      120_000,
    )
    assert.equal(here().filter(text => text === `out ${status}`).length, 1)
    assert.equal(there().filter(text => text === `in ${status}`).length, 1)
  }
  assert.ok(run.running)
  assert.deepEqual(home.transcript(), [])
  const status = JSON.parse((await world.wa2tg('status', '--json')).stdout)
  assert.equal(status.outbox.failed, 0)
})

test('a second program that polls takes updates away and is named, to the owner, too; the bridge doubles none and goes on when it stops', async () => {
  await using world = await World.open()
  const { tg, owner } = world
  const home = tg.addPrivateChat(owner)
  const { alice, group } = await world.mapAlice()
  const run = await world.run()
  const there = () => alice.inbox.map(({ message }) => textOf(message) ?? '')
  owner.sends(group, 'alone')
  await eventually(() => there().includes('alone'), 'the message before')
  const taken: string[] = []
  let isOver = false
  const other = (async () => {
    for (let offset = 0; !isOver; ) {
      const url = `${tg.apiRoot}/bot${tg.token}/getUpdates?offset=${offset}&timeout=1`
      const answer = (await (await fetch(url)).json()) as {
        readonly result?: readonly {
          readonly update_id: number
          readonly message?: { readonly text?: string }
        }[]
      }
      for (const { update_id, message } of answer.result ?? []) {
        offset = update_id + 1
        if (message?.text?.startsWith('while')) taken.push(message.text)
      }
      if (answer.result === undefined) await sleep(50)
    }
  })()
  await run.says(({ stderr }) => stderr.includes('Another program uses the same bot token'))
  const sent: string[] = []
  while (taken.length < 3) {
    sent.push(`while two ask ${sent.length}`)
    owner.sends(group, sent.at(-1) ?? '')
    await alice.send(`to Telegram ${sent.length}`)
    await sleep(300)
  }
  isOver = true
  await other
  owner.sends(group, 'alone again')
  await eventually(() => there().includes('alone again'), 'the message behind it', 120_000)
  // Each went to one of them at least, and in order; nothing came to WhatsApp twice.
  const came = there().filter(text => !text.startsWith('alone'))
  assert.deepEqual(
    came,
    sent.filter(text => came.includes(text)),
  )
  assert.ok(sent.every(text => came.includes(text) || taken.includes(text)))
  // The owner is told, and once, if anything went there alone.
  const isLost = came.length < sent.length
  const told = () =>
    home.transcript().filter(({ text }) => /uses the token of this bot and may have fetched/.test(text))
  await eventually(() => told().length === Number(isLost), 'the news of it')
  await eventually(
    () => group.transcript().filter(({ from }) => from.isBot).length === sent.length,
    'what came from WhatsApp',
    120_000,
  )
  assert.ok(run.running)
})

test('a token that is revoked while it runs ends the run with 2 and what to do; what was on its way waits', async () => {
  await using world = await World.open()
  const { tg, wa } = world
  const { alice, group } = await world.mapAlice()
  const run = await world.run()
  tg.revokeToken()
  await alice.send('for later')
  const { code, stderr } = await run.ended
  assert.equal(code, 2, stderr)
  assert.match(stderr.trimEnd().split('\n').at(-1) ?? '', /^Telegram refuses the bot token/)
  assert.ok(!stderr.includes(tg.token))
  assert.deepEqual(group.transcript(), [])
  const status = JSON.parse((await world.wa2tg('status', '--json')).stdout)
  assert.equal(status.outbox.failed, 0)
  wa.assertNoSurprises()
})
