import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  startTelegramSimulator,
  type TelegramSimulator,
  type TelegramSimulatorOptions,
} from '../simulators/telegram/index.ts'
import { fillStore, Sandbox } from './wa2tg.ts'

interface Bench extends AsyncDisposable {
  readonly box: Sandbox
  readonly tg: TelegramSimulator
  add(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>
  /** Telegram side of each mapping but the one that was there. */
  readonly added: string[]
}

const open = async (simulator: TelegramSimulatorOptions = {}): Promise<Bench> => {
  const box = await Sandbox.open()
  const tg = await startTelegramSimulator(simulator)
  await box.write('config.yaml', `telegram:\n  token: "${tg.token}"\n  api_root: "${tg.apiRoot}"\n`)
  {
    using store = box.openStore()
    fillStore(store)
  }
  return {
    box,
    tg,
    add: (...args) => box.run('map', 'add', ...args),
    get added() {
      using store = box.openStore()
      return store.mappings
        .list()
        .slice(1)
        .map(({ telegram, toTelegramOnly }) => `${telegram}${toTelegramOnly ? ' only' : ''}`)
    },
    async [Symbol.asyncDispose]() {
      tg.assertNoSurprises()
      await tg[Symbol.asyncDispose]()
      await box[Symbol.asyncDispose]()
    },
  }
}

test('a chat is mapped to a group where the bot is', async () => {
  await using bench = await open()
  const group = bench.tg.addSupergroup({ title: 'Mum here' })
  const { code, stdout, stderr } = await bench.add('Mum', String(group.id))
  assert.deepEqual({ code, stdout }, { code: 0, stdout: '' }, stderr)
  assert.match(stderr, new RegExp(`^Mapped "Mum" ↔ "Mum here" \\(${group.id}\\)\n`))
  assert.deepEqual(bench.added, [`telegram:${group.id}`])
})

test('to a channel a chat is mapped one way alone', async () => {
  await using bench = await open()
  const channel = bench.tg.addChannel({ title: 'News', botRights: {} })
  const refused = await bench.add('Mum', String(channel.id))
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /"News" is a channel.*\n.*--to-telegram-only/)
  assert.equal((await bench.add('Mum', String(channel.id), '--to-telegram-only')).code, 0)
  assert.deepEqual(bench.added, [`telegram:${channel.id} only`])
})

test('a topic is a plain argument, before or after options', async () => {
  await using bench = await open()
  const forum = bench.tg.addSupergroup({
    title: 'Forum',
    forum: true,
    botRights: { can_manage_topics: true },
  })
  const one = forum.addTopic({ name: 'One' }).message_thread_id
  const two = forum.addTopic({ name: 'Two' }).message_thread_id
  assert.equal((await bench.add('Mum', `${forum.id}/${one}`)).code, 0)
  const json = await bench.add('--json', '--to-telegram-only', 'School trip', `${forum.id}/${two}`)
  assert.equal(json.code, 0, json.stderr)
  assert.deepEqual(JSON.parse(json.stdout), {
    whatsapp: '120363000000000003@g.us',
    telegram: `${forum.id}/${two}`,
    toTelegramOnly: true,
  })
  assert.deepEqual(bench.added, [`telegram:${forum.id}/${one}`, `telegram:${forum.id}/${two} only`])
})

test('of a group with topics it is said that its topics are places of their own', async () => {
  await using bench = await open()
  const forum = bench.tg.addSupergroup({
    title: 'Forum',
    forum: true,
    botRights: { can_manage_topics: true },
  })
  const topic = forum.addTopic({ name: 'One' }).message_thread_id
  assert.match(
    (await bench.add('Mum', String(forum.id))).stderr,
    /\(General\), and what you write in its topics stays there\n/,
  )
  assert.doesNotMatch((await bench.add('School trip', `${forum.id}/${topic}`)).stderr, /General/)
})

test('where the bot does not get what is written, or no reactions, that is said', async () => {
  await using bench = await open({ privacy: true })
  const group = bench.tg.addSupergroup({ title: 'Mum here' })
  const unheard =
    /^What you write in "Mum here" does not reach @bridge_bot, .*: make it an administrator there$/m
  assert.match((await bench.add('Mum', String(group.id))).stderr, unheard)
  const oneWay = bench.tg.addSupergroup({ title: 'One way' })
  const { code, stderr } = await bench.add('School trip', String(oneWay.id), '--to-telegram-only')
  assert.equal(code, 0, stderr)
  assert.doesNotMatch(stderr, /does not reach/)
  const administered = bench.tg.addSupergroup({ title: 'Administered', botRights: {} })
  assert.doesNotMatch((await bench.add('+15550000077', String(administered.id))).stderr, /reach/)

  await using without = await open()
  const plain = without.tg.addSupergroup({ title: 'Plain' })
  assert.match(
    (await without.add('Mum', String(plain.id))).stderr,
    /^Your reactions in "Plain" do not reach @bridge_bot: make it an administrator there$/m,
  )
})

test('a public name becomes the id that stays', async () => {
  await using bench = await open()
  const group = bench.tg.addSupergroup({ title: 'Public', username: 'public_group' })
  assert.equal((await bench.add('Mum', '@public_group')).code, 0)
  assert.deepEqual(bench.added, [`telegram:${group.id}`])
})

test('a phone number and an address that were never seen can be mapped', async () => {
  await using bench = await open()
  const [one, two] = ['One', 'Two'].map(title => bench.tg.addSupergroup({ title }))
  const phone = await bench.add('+1 555 000-0077', String(one?.id))
  assert.equal(phone.code, 0, phone.stderr)
  assert.match(
    phone.stderr,
    /Nothing has been seen in that WhatsApp chat yet.* another number: see wa2tg chats$/m,
  )
  assert.equal((await bench.add('120363000000000077@g.us', String(two?.id))).code, 0)
  using store = bench.box.openStore()
  assert.deepEqual(
    store.mappings
      .list()
      .slice(1)
      .map(({ whatsapp }) => whatsapp),
    ['whatsapp:15550000077@s.whatsapp.net', 'whatsapp:120363000000000077@g.us'],
  )
})

test('where the bot cannot post, nothing is mapped, and what is missing is said', async () => {
  await using bench = await open()
  const { tg } = bench
  const kicked = tg.addSupergroup({ title: 'Kicked' })
  tg.kick(kicked)
  const flat = tg.addSupergroup({ title: 'Flat' })
  for (const [place, expected] of [
    ['-1009999999999', /cannot see a Telegram chat "-1009999999999"\nAdd the bot/],
    [String(kicked.id), /cannot see|is not in "Kicked"/],
    [`${flat.id}/5`, /"Flat" has no topics\n/],
    ['nonsense', /^"nonsense" is no Telegram chat\nType a chat id such as/],
    ['-12/x', /^"-12\/x" is no Telegram chat\n/],
  ] as const) {
    const { code, stdout, stderr } = await bench.add('Mum', place)
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, `${place}: ${stderr}`)
    assert.match(stderr, expected)
    assert.equal(stderr.trimEnd().split('\n').length, 2, stderr)
  }
  assert.deepEqual(bench.added, [])
})

test('a token that Telegram refuses is said to be just that, and is not shown', async () => {
  await using bench = await open()
  bench.tg.revokeToken()
  const { code, stderr } = await bench.add('Mum', '-1001234567890')
  assert.equal(code, 2)
  assert.match(stderr, /^Telegram refuses the bot token\n/)
  assert.ok(!stderr.includes(bench.tg.token))
})

test('a server that cannot be reached is no bug, and nothing to be changed', async () => {
  await using bench = await open()
  const token = bench.tg.token
  await bench.box.write('config.yaml', `telegram:\n  token: "${token}"\n  api_root: "http://127.0.0.1:9"\n`)
  const { code, stderr } = await bench.add('Mum', '-1001234567890')
  assert.equal(code, 1, stderr)
  assert.match(stderr, /^Telegram cannot be reached/)
  assert.ok(!stderr.includes(token))
})

test('a server that has a failure, or asks to wait, may be asked again', async () => {
  await using bench = await open()
  for (const fault of [{ error: 500 }, { error: 429, retryAfter: 3 }] as const) {
    bench.tg.faults.next('getMe', fault)
    const { code, stderr } = await bench.add('Mum', '-1001234567890')
    assert.equal(code, 1, stderr)
    assert.match(stderr, /^Telegram does not answer now .*\nTry again later\n$/)
  }
})

test('a chat is mapped once, and an answer has one place to go', async () => {
  await using bench = await open()
  const group = bench.tg.addSupergroup({ title: 'Group' })
  const twice = await bench.add('Family', String(group.id))
  assert.equal(twice.code, 2)
  assert.match(
    twice.stderr,
    /"Family" is mapped to "-1001234567890\/42" already.*wa2tg map remove 120363000000000001@g\.us$/m,
  )
  assert.equal((await bench.add('Mum', String(group.id))).code, 0)
  const taken = await bench.add('School trip', String(group.id))
  assert.equal(taken.code, 2)
  assert.match(taken.stderr, /go to "Mum" already.*--to-telegram-only/)
  assert.equal((await bench.add('School trip', String(group.id), '--to-telegram-only')).code, 0)
  assert.deepEqual(bench.added, [`telegram:${group.id}`, `telegram:${group.id} only`])
})

test('an exact name wins over a part of another, and a part that several have lists them', async () => {
  await using bench = await open()
  const group = bench.tg.addSupergroup({ title: 'Group' })
  const exact = await bench.add('family', String(group.id))
  assert.match(exact.stderr, /^"Family" is mapped to/)
  const several = await bench.add('trip', String(group.id))
  assert.equal(several.code, 2)
  assert.match(several.stderr, /^"trip" matches 2 chats:\n[\s\S]*Type the address instead/)
  assert.deepEqual(bench.added, [])
})

test('a stranger is not mapped for who is in the address book, and of a name that is nowhere else it is said whose word it is', async () => {
  await using bench = await open()
  {
    using store = bench.box.openStore()
    store.chats.learn({ chat: 'whatsapp:2@lid', kind: 'person', name: 'Anna Smith' })
    store.chats.learn({ chat: 'whatsapp:66@lid', kind: 'person', pushName: 'Anna' })
    store.chats.learn({ chat: 'whatsapp:77@lid', kind: 'person', pushName: 'Zoe' })
  }
  const group = bench.tg.addSupergroup({ title: 'Group' })
  const several = await bench.add('Anna', String(group.id))
  assert.equal(several.code, 2)
  assert.match(several.stderr, /^"Anna" matches 2 chats:\n[\s\S]*66@lid[\s\S]*Type the address instead/)
  assert.match(several.stderr, /person, calls themself so +66@lid/)
  assert.deepEqual(bench.added, [])
  const alone = await bench.add('Zoe', String(group.id))
  assert.equal(alone.code, 0, alone.stderr)
  assert.match(alone.stderr, /^"Zoe" is what 77@lid calls themself\. .*wa2tg map remove 77@lid$/m)
  assert.doesNotMatch((await bench.add('66@lid', String(group.id), '--to-telegram-only')).stderr, /calls/)
})
