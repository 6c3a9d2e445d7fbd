import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../simulators/eventually.ts'
import { World } from '../simulators/world.ts'

test('A crowd that joins a group holds up nobody who writes there: its notices go together with the texts, in their order', async () => {
  await using world = await World.open({ rates: true })
  const { wa, tg, owner } = world
  const ann = wa.addContact({ name: 'Ann' })
  const crowd = Array.from({ length: 60 }, (_, number) => wa.addContact({ pushName: `Nr. ${number}` }))
  const room = wa.addGroup({ subject: 'Fair', participants: [ann] })
  const group = tg.addSupergroup({ title: 'Fair', members: [owner], botRights: {} })
  await world.link()
  assert.equal((await world.wa2tg('map', 'add', room.jid, String(group.id))).code, 0)
  const expected: string[] = []
  for (const [number, member] of crowd.entries()) {
    room.add([member])
    expected.push(`Nr. ${number}: Has joined the group`)
    if (number % 3 > 0) continue
    await ann.send(`Welcome, all ${number}`, { to: room })
    expected.push(`Ann: Welcome, all ${number}`)
  }
  await world.run()
  const said = (): string[] => {
    let who = ''
    return group.transcript().flatMap(({ text }) =>
      (text ?? '').split('\n').flatMap(line => {
        const name = /^(Ann|Nr\. \d+)(?: · .*)?$/.exec(line)?.[1]
        who = name ?? who
        return name === undefined && line !== '' ? [`${who}: ${line}`] : []
      }),
    )
  }
  await eventually(() => said().length >= expected.length, 'all of it', 120_000)
  assert.deepEqual(said(), expected)
  // What a group may get within a minute.
  assert.ok(group.transcript().length <= 20, `${group.transcript().length} messages`)
  const notice = group.transcript().find(({ text }) => text?.includes('· ') && text.includes('Has joined'))
  assert.ok(notice?.entities.some(({ type }) => type === 'italic'))
  wa.assertNoSurprises()
  tg.assertNoSurprises()
})
