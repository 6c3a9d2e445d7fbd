import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../../src/support/log.ts'
import { silentLogger, until } from '../support.ts'
import { Linked } from './linked.ts'

/** Resolves in the middle of them: Baileys needs a while for each. */
const sendMany = async ({ wa, bridge }: Linked): Promise<void> => {
  const people = [1, 2, 3].map(n => wa.addContact({ name: `Somebody ${n}` }))
  const group = wa.addGroup({ subject: 'Family', participants: people })
  for (const somebody of people)
    for (let n = 0; n < 10; n += 1) void somebody.send(`${n}`, { to: group }).catch(() => undefined)
  await until('one of many', () => bridge.said.length > 0)
}

const listening = (): { logger: Logger; errors: string[] } => {
  const errors: string[] = []
  const logger: Logger = {
    ...silentLogger(),
    child: () => logger,
    error: (object, message) => errors.push(message ?? String(object)),
  }
  return { logger, errors }
}

test('Stopped in the middle of messages, it says nothing of a disk that is closed behind it', async () => {
  const { logger, errors } = listening()
  await using linked = await Linked.started({ logger })
  await sendMany(linked)
  await linked.stop()
  await sleep(500)
  assert.deepEqual(errors, [])
  linked.reopen()
})
