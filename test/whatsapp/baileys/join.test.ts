import '../../simulators/whatsapp/quiet.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StandIn } from '../../../src/bridge/network.ts'
import { rawOf } from '../../../src/whatsapp/baileys/parse/context.ts'
import { changeOf, failureOf } from './changes.ts'
import { Linked } from './linked.ts'

const open = async () => {
  const linked = await Linked.started()
  const { wa } = linked
  const alice = wa.addContact({ name: 'Alice' })
  const runners = wa.addGroup({ subject: 'Runners', participants: [alice] })
  runners.remove('me', alice)
  const invitation = (): StandIn => ({
    id: 'INVITATION',
    fromMe: false,
    byBridge: false,
    person: `whatsapp:${alice.lid}`,
    at: Date.now(),
    raw: rawOf({ groupInviteMessage: runners.invite(alice) }),
  })
  return {
    wa,
    runners,
    invitation,
    join: (...parts: StandIn[]): Promise<void> =>
      linked.connection.change(changeOf(linked, { kind: 'join' }, { chat: `whatsapp:${alice.lid}`, parts })),
    [Symbol.asyncDispose]: () => linked[Symbol.asyncDispose](),
  }
}

test('An invitation brings us into the group, and once more does no harm', async () => {
  await using it = await open()
  const invitation = it.invitation()
  await it.join(invitation)
  assert.equal(it.runners.includesMe, true)
  await it.join(invitation)
  it.wa.assertNoSurprises()
})

test('Where WhatsApp is busy or has trouble, an invitation is accepted later, and a no is a no', async () => {
  await using it = await open()
  const invitation = it.invitation()
  for (const [code, verdict, words] of [
    [429, { kind: 'wait', seconds: 60 }, /asks for a pause/],
    [500, { kind: 'retry' }, /has trouble \(500\)/],
    [503, { kind: 'retry' }, /has trouble \(503\)/],
    [403, { kind: 'reject' }, /does not let you in \(403\)/],
    [410, { kind: 'reject' }, /holds no longer/],
    [419, { kind: 'reject' }, /is full/],
  ] as const) {
    it.wa.refuseQuery('w:g2 set accept', code)
    const failure = await failureOf(it.join(invitation))
    assert.deepEqual(failure.verdict, verdict)
    assert.match(failure.message, words)
    assert.equal(it.runners.includesMe, false)
  }
  await it.join(invitation)
  assert.equal(it.runners.includesMe, true)
  it.wa.assertNoSurprises()
})

test('Of a message that is no invitation nothing is accepted', async () => {
  await using it = await open()
  const failure = await failureOf(it.join({ ...it.invitation(), raw: rawOf({ conversation: 'come!' }) }))
  assert.equal(failure.verdict.kind, 'reject')
  assert.equal((await failureOf(it.join())).verdict.kind, 'reject')
})
