import '../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { trustTestCa } from '../simulators/whatsapp/media-server.ts'
import { until } from '../whatsapp/support.ts'
import { anyDeed } from './any-deed.ts'
import { contents } from './any-file.ts'
import { bugsIn, planted, recordingLog } from './knowing-store.ts'
import { least, runs } from './runs.ts'
import { startUpdateServer } from './update-server.ts'
import { openWholeWay } from './whole-way.ts'

before(trustTestCa)

const token = '8001:AAF-secret-of-the-test-bot-000000000'
const owner = { id: 7001, is_bot: false, first_name: 'Olivia' }

/** How many updates come before one that must arrive: a failure names them. */
const step = 10

test('whatever update comes from Telegram, both networks go on, what is behind it arrives, and no phone is sent what it cannot show', async t => {
  const log = await recordingLog('info', token)
  // A time that a timer cannot wait is over at once.
  const warnings: string[] = []
  const note = ({ name, message }: Error) => warnings.push(`${name}: ${message}`)
  process.on('warning', note)
  t.after(() => process.off('warning', note))
  let opened = 0
  using server = await startUpdateServer(() => contents[opened++ % contents.length] ?? Buffer.alloc(0))
  const chats = [-1001234567890, -55] as const
  await using way = await openWholeWay({ telegram: { token, apiRoot: server.apiRoot }, chats, log })
  const { linked, alice } = way
  const { wa } = linked
  const { numRuns, seed } = runs(150)
  const updates = fc.sample(fc.tuple(anyDeed, fc.boolean()), { numRuns, seed })
  const known: [number[], number[]] = [[], []]
  let id = 0
  let behind: unknown[] = []
  const arrive = async (words: string): Promise<void> => {
    id += 1
    const date = Math.floor(Date.now() / 1000)
    const message = { message_id: id, date, from: owner, text: words }
    server.give(
      chats.map(chat => ({ message: { ...message, chat: { id: chat, type: 'supergroup', title: 'x' } } })),
    )
    const texts = () => alice.inbox.filter(({ shown }) => shown?.text === words).length
    await until(`${words} behind ${JSON.stringify(behind).slice(0, 20_000)}`, () => texts() === 2)
    behind = []
  }
  await arrive(`${planted} first`)
  for (const [index, [deed, inGroup]] of updates.entries()) {
    id += 1
    const ids = known[inGroup ? 1 : 0]
    const chat = { id: chats[inGroup ? 1 : 0], type: 'supergroup', title: 'x' }
    const update = deed.at({ chat, from: owner, id, known: ids })
    if (deed.writes) ids.push(id)
    // What is deleted is gone: nobody does anything about it any more.
    if (deed.deletes && ids.length > 0) ids.splice(deed.pick % ids.length, 1)
    behind.push(update)
    server.give([update])
    if (index % step === step - 1) await arrive(`${planted} ${index}.`)
  }
  await arrive(`${planted} at the end.`)
  const shown = Object.groupBy(alice.inbox, each => each.shown?.kind ?? 'nothing')
  const counts = Object.entries(shown).map(([kind, all = []]) => [kind, all.length])
  t.diagnostic(`${updates.length} updates, ${log.lines.length} lines of log: ${JSON.stringify(counts)}`)
  assert.ok((shown.text?.length ?? 0) >= least(40))
  assert.ok((shown.document?.length ?? 0) >= least(10))
  wa.assertNoSurprises()
  assert.ok(log.lines.length >= least(3), `only ${log.lines.length} lines were looked at`)
  assert.deepEqual(bugsIn(log.lines), [])
  assert.deepEqual(warnings, [])
  assert.equal(log.leaks([planted, token, '15550774411', '900000000774411']), undefined)
})
