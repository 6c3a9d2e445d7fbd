import '../../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { SessionStore } from '../../../../src/bridge/network.ts'
import { openBaileys } from '../../../../src/whatsapp/baileys/connection.ts'
import { trustTestCa } from '../../../simulators/whatsapp/media-server.ts'
import { silentLogger } from '../../support.ts'
import { Linked } from '../linked.ts'

before(trustTestCa)

/** Milliseconds; no other timer has it. */
const ack = 54_321

test('The time that WhatsApp has for its ack begins when the message is encrypted for everybody', async t => {
  await using linked = await Linked.link()
  const people = Array.from({ length: 5 }, (_, number) => linked.wa.addContact({ pushName: `P${number}` }))
  const group = linked.wa.addGroup({ subject: 'Five', participants: people })
  await linked.connection[Symbol.asyncDispose]()
  let commits = 0
  const { sessions } = linked.bridge
  const counted: SessionStore = {
    ...sessions,
    set: (changes, options) => {
      commits += 1
      sessions.set(changes, options)
    },
  }
  linked.connection = openBaileys({
    sessions: counted,
    inbox: linked.bridge,
    findMessage: () => undefined,
    logger: silentLogger(),
    server: { url: linked.wa.url, rootKey: linked.wa.rootKey, mediaHost: linked.wa.mediaHost },
    timing: { ack },
  })
  await linked.start()

  const from = commits
  const begun: number[] = []
  const start = globalThis.setTimeout
  t.mock.method(globalThis, 'setTimeout', (...parameters: Parameters<typeof start>) => {
    if (parameters[1] === ack) begun.push(commits - from)
    return start(...parameters)
  })
  await linked.deliver('hello all', { chat: `whatsapp:${group.jid}` })
  assert.equal(begun.length, 1)
  const [behind = 0] = begun
  assert.ok(behind >= 2 * people.length, `${behind} commits: a session and a ciphertext for each`)
})
