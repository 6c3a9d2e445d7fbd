import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillStore, Sandbox, telegram, whatsapp } from './wa2tg.ts'

const openFilled = async (): Promise<Sandbox> => {
  const box = await Sandbox.open()
  using store = box.openStore()
  fillStore(store)
  return box
}

test('chats are a table, and an array with --json', async () => {
  await using box = await openFilled()
  const table = await box.run('chats')
  assert.equal(table.code, 0, table.stderr)
  const [head, first] = table.stdout.split('\n')
  assert.match(head ?? '', /^NAME +KIND +ADDRESS +LAST ACTIVITY +MAPPED TO$/)
  assert.match(first ?? '', /^Family +group +120363000000000001@g\.us +2026-01-02 03:04 +-1001234567890\/42$/)
  const json = await box.run('chats', 'mum', '--json')
  assert.deepEqual(JSON.parse(json.stdout), [
    {
      name: 'Mum',
      kind: 'person',
      address: '15550000001@s.whatsapp.net',
      phone: '+15550000001',
      lastActivity: null,
      mappedTo: null,
    },
  ])
})

test('a query that finds no chat prints no data', async () => {
  await using box = await openFilled()
  const { code, stdout, stderr } = await box.run('chats', 'nobody')
  assert.deepEqual({ code, stdout }, { code: 0, stdout: '' })
  assert.equal(stderr, 'No WhatsApp chat matches "nobody". See all: wa2tg chats\n')
})

test('a name cannot steer the terminal', async () => {
  await using box = await Sandbox.open()
  {
    using store = box.openStore()
    store.chats.learn({ chat: whatsapp('120363000000000009@g.us'), name: 'a\u001b[2Jb\u202ec\nd' })
  }
  const { stdout } = await box.run('chats')
  assert.match(stdout, /a \[2Jb c d/)
  assert.equal(stdout.split('\n').length, 3)
})

test('mappings are listed without a network', async () => {
  await using box = await openFilled()
  const { stdout } = await box.run('map', 'list', '--json')
  assert.deepEqual(JSON.parse(stdout), [
    {
      whatsapp: '120363000000000001@g.us',
      name: 'Family',
      telegram: '-1001234567890/42',
      toTelegramOnly: false,
      addedAt: '2026-01-02T03:04:05.000Z',
    },
  ])
  assert.match(
    (await box.run('map', 'list')).stdout,
    /^Family +120363000000000001@g\.us +↔ +-1001234567890\/42$/m,
  )
})

test('a mapping is removed by name or by address, and nothing else is', async () => {
  for (const typed of ['family', '120363000000000001@g.us', 'Fam']) {
    await using box = await openFilled()
    {
      using store = box.openStore()
      store.mappings.add({ whatsapp: whatsapp('15550000001@s.whatsapp.net'), telegram: telegram('5') })
    }
    const { code, stderr } = await box.run('map', 'remove', typed)
    assert.equal(code, 0, stderr)
    assert.equal(stderr, 'Removed: "Family" no longer goes to -1001234567890/42\n')
    using store = box.openStore()
    assert.deepEqual(
      store.mappings.list().map(mapping => mapping.telegram),
      ['telegram:5'],
    )
  }
})

test('removing what is not mapped, or not known, changes nothing and says what to type', async () => {
  await using box = await openFilled()
  const notMapped = await box.run('map', 'remove', 'Mum')
  assert.equal(notMapped.code, 2)
  assert.match(notMapped.stderr, /^"Mum" is not mapped\. .*wa2tg map list/)
  const unknown = await box.run('map', 'remove', 'nobody')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /^No WhatsApp chat matches "nobody"\n/)
  using store = box.openStore()
  assert.equal(store.mappings.list().length, 1)
})

test('a name that several chats have lists the candidates', async () => {
  await using box = await openFilled()
  const { code, stdout, stderr } = await box.run('map', 'remove', 'trip')
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
  assert.match(stderr, /^"trip" matches 2 chats:\nNAME/)
  assert.match(stderr, /120363000000000002@g\.us/)
  assert.match(stderr, /120363000000000003@g\.us/)
  assert.ok(!stderr.includes('120363000000000001'))
})
