import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore, type Store, storePath } from '../../src/store/index.ts'
import { event, mum, mumInTelegram, openBridge, waitUntil } from '../bridge/bridge.ts'
import { ForgetfulDisk, type Random } from '../support/disk/forgetful-disk.ts'
import { seededRandom } from '../support/disk/seeded-random.ts'
import { type DiskCall, watchDisk } from '../support/disk/watch-disk.ts'
import { tempDir } from './temp-store.ts'

/** What somebody outside was told; from then on it must be true of the store, whatever happens to the machine. */
interface Promised {
  readonly kind: 'promised'
  readonly words: string
  holds(store: Store): boolean
}
type Step = DiskCall | Promised
type Bridge = ReturnType<typeof openBridge>

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)

/** Two checkpoints of the log and more. */
const messages = 60

// Elsewhere SQLite cannot be watched without a compiler.
if (process.platform === 'linux') {
  test(`what was promised to a network survives a power cut at any moment (SEED=${seed})`, async () => {
    const steps: Step[] = []
    let folder: string
    {
      using _watch = watchDisk(call => void steps.push(call))
      await using bridge = openBridge()
      folder = bridge.store.dir
      await carryMessages(bridge, (words, holds) => steps.push({ kind: 'promised', words, holds }))
    }
    const count = (kind: Step['kind'], name: string) =>
      steps.filter(step => step.kind === kind && 'path' in step && step.path.endsWith(name)).length
    assert.ok(count('sync', '.db') >= 3, 'the log was never written back')

    const random = seededRandom(seed)
    const disk = new ForgetfulDisk(folder)
    const promises: Promised[] = []
    let cuts = 0
    for (const [index, step] of steps.entries()) {
      if (step.kind === 'promised') promises.push(step)
      else disk.apply(step)
      // Before a flush, behind it and behind a promise is where it matters; of the rest a sample.
      const critical = [step, steps[index + 1]].some(
        each => each?.kind === 'sync' || each?.kind === 'promised',
      )
      if (random() > (critical ? 0.12 : 0.02)) continue
      cuts += 1
      assertKept(disk, promises, random, `cut behind step ${index} of ${steps.length}`)
    }
    assert.ok(cuts > 100, `${cuts} cuts`)
  })
}

/** Messages both ways, each step as the networks take it, and what they are told then. */
const carryMessages = async (
  bridge: Bridge,
  promise: (words: string, holds: (store: Store) => boolean) => void,
): Promise<void> => {
  const baileys = bridge.store.session('baileys')
  const telegram = bridge.store.session('telegram')
  const isKnown = (chat: 'whatsapp:1@lid' | 'telegram:-100/1', id: string) => (store: Store) =>
    store.links.find({ chat, id }) !== undefined

  for (const network of [bridge.whatsapp, bridge.telegram]) {
    const send = network.send.bind(network)
    network.send = async delivery => {
      const { messageId } = delivery
      promise(`"${messageId}" is on its way`, store => !isUntouched(store, messageId))
      await send({
        ...delivery,
        onSent: part => {
          delivery.onSent(part)
          promise(`"${messageId}" became "${part.id}"`, store => store.links.chatsWith(part.id).length > 0)
        },
      })
    }
  }
  bridge.worker.start()
  for (let number = 0; number < messages; number += 1) {
    const id = `W${number}`
    const value = 'x'.repeat(number % 3 === 0 ? 150_000 : 2_000)
    baileys.set([
      { type: 'session', id: 'mum', value: String(number) },
      { type: 'journal', id, value },
    ])
    promise(
      `"${id}" is receipted`,
      store => isKnown(mum, id)(store) || store.session('baileys').get('journal', id) === value,
    )
    bridge.inbox.whatsapp.receive([{ event: event(mum, `${number}|again`, { id }), raw: 'raw' }], () =>
      baileys.set([{ type: 'journal', id, value: null }]),
    )
    promise(`"${id}" is handed over`, isKnown(mum, id))

    const update = `T${number}`
    bridge.inbox.telegram.receive([{ event: event(mumInTelegram, `${number}`, { id: update }) }], () =>
      telegram.set([{ type: 'offset', id: '', value: String(number + 1) }]),
    )
    promise(`update "${number}" is confirmed`, isKnown(mumInTelegram, update))
    promise(`offset ${number + 1}`, ({ session }) => Number(session('telegram').get('offset', '')) > number)
    if (number % 10 === 9) await waitUntil(bridge.isDone)
  }
}

/** Whether a job waits as if nothing had been sent: it would be sent again without a look for what it left behind. */
const isUntouched = ({ database }: Store, messageId: string): boolean =>
  database.get("SELECT 1 FROM jobs WHERE message_id = ? AND state = 'pending' AND unsure = 0", messageId) !==
  undefined

const assertKept = (
  disk: ForgetfulDisk,
  promises: readonly Promised[],
  random: Random,
  where: string,
): void => {
  using found = tempDir()
  disk.crash(found.path, random)
  using store = openStore(storePath(found.path), { check: true })
  const broken = promises.filter(each => !each.holds(store)).map(({ words }) => words)
  assert.deepEqual(broken, [], where)
}
