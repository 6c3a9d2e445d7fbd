import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoff } from '../../src/outbox/backoff.ts'
import { decide } from '../../src/outbox/decide.ts'
import type { Failure, Job } from '../../src/outbox/job.ts'

const job: Job = {
  id: 1,
  lane: 'whatsapp:1@lid',
  target: 'telegram:1',
  source: 1,
  messageId: 'm',
  event: '',
  unsure: false,
  restored: false,
  level: 0,
  base: 0,
  attempts: 0,
  mediaFailures: 0,
  pages: 0,
  bugs: 0,
  failingFor: 0,
  createdAt: 0,
}
const policy = { now: 1_000_000, giveUpAfter: 86_400_000, random: () => 0.5 }
const failure = (verdict: Failure['verdict'], from: Failure['from'] = 'send'): Failure => ({
  kind: 'failure',
  verdict,
  problem: '',
  from,
  unsettled: from === 'settle',
})

test('delays grow to ten minutes, with a fifth of spread either way', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 100].map(attempt => backoff(attempt, () => 0.5) / 1000),
    [1, 2, 5, 15, 30, 60, 120, 300, 600, 600],
  )
  assert.equal(
    backoff(1, () => 0),
    800,
  )
  assert.equal(
    backoff(1, () => 1),
    1200,
  )
})

test('retry and unsure count an attempt, wait and offline do not', () => {
  const after = (verdict: Failure['verdict']) => {
    const { attempts, unsure, dueAt } = decide(job, failure(verdict), policy) as never as Record<
      string,
      unknown
    >
    return { attempts, unsure, dueAt }
  }
  assert.deepEqual(after({ kind: 'retry' }), { attempts: 1, unsure: false, dueAt: 1_001_000 })
  assert.deepEqual(after({ kind: 'unsure' }), { attempts: 1, unsure: true, dueAt: 1_001_000 })
  assert.deepEqual(after({ kind: 'wait', seconds: 34 }), { attempts: 0, unsure: false, dueAt: 1_034_000 })
  assert.deepEqual(after({ kind: 'offline' }), { attempts: 0, unsure: false, dueAt: 1_000_000 })
})

test('a failure before an earlier attempt is settled finds nothing out: the job stays unsure', () => {
  for (const verdict of [{ kind: 'retry' }, { kind: 'offline' }, { kind: 'wait', seconds: 1 }] as const) {
    for (const from of ['settle', 'send', 'media'] as const) {
      for (const unsettled of [true, false]) {
        const decision = decide({ ...job, unsure: true }, { ...failure(verdict, from), unsettled }, policy)
        assert.equal(decision.kind === 'again' && decision.unsure, unsettled, `${verdict.kind} ${from}`)
      }
    }
  }
})

test('what nobody can say has arrived is asked for again for ten minutes, and then given up, in no other form', () => {
  let [state, now, kind] = [{ ...job, unsure: true }, policy.now, 'again']
  for (let tries = 0; kind === 'again' && tries < 50; tries += 1) {
    const decision = decide(state, failure({ kind: 'reject' }, 'settle'), { ...policy, now })
    kind = decision.kind
    if (decision.kind !== 'again') break
    assert.equal(decision.unsure, true)
    state = { ...state, ...decision }
    now = decision.dueAt
  }
  assert.equal(kind, 'give-up')
  assert.ok(now - policy.now >= 600_000 && now - policy.now < 1_800_000, `${now - policy.now} ms`)
  for (const what of ['unreachable', 'neverKnown'] as const) {
    const asked = { ...failure({ kind: 'reject' }, 'settle'), [what]: true }
    assert.equal(decide({ ...job, unsure: true }, asked, policy).kind, 'give-up', what)
  }
})

test('a job is given up by the time it has been failing, and an outage in between does not count', () => {
  const run = (gap: number) => {
    let [state, now, tries] = [job, 0, 0]
    for (; tries < 5000; tries += 1) {
      const decision = decide(state, failure({ kind: 'retry' }), { ...policy, now })
      if (decision.kind === 'give-up') break
      if (decision.kind === 'again') state = { ...state, ...decision }
      now += gap
    }
    return tries
  }
  assert.equal(run(600_000), 144)
  assert.equal(run(7 * 86_400_000), 96, 'a week between two attempts counts as a quarter of an hour')
})

test('a file that fails five times is given up as a file', () => {
  const fourth = { ...job, mediaFailures: 3 }
  assert.equal(decide(fourth, failure({ kind: 'retry' }, 'media'), policy).kind, 'again')
  assert.equal(
    decide({ ...fourth, mediaFailures: 4 }, failure({ kind: 'retry' }, 'media'), policy).kind,
    'plainer',
  )
})

test('what stands eight times in place of the network’s answer refuses the message; while it settles that says nothing', () => {
  const page = (from: Failure['from'], kind: 'retry' | 'offline' = 'retry') => ({
    ...failure({ kind }, from),
    page: true,
  })
  let state = job
  for (let tries = 1; tries <= 7; tries += 1) {
    const decision = decide(state, page('send'), policy)
    assert.equal(decision.kind, 'again', `try ${tries}`)
    if (decision.kind === 'again') state = { ...state, ...decision }
  }
  assert.equal(decide(state, failure({ kind: 'retry' }), policy).kind, 'again', 'something else broke')
  assert.equal(decide(state, page('settle'), policy).kind, 'again')
  assert.equal(decide(state, page('send'), policy).kind, 'plainer')
})

test('a file whose network is offline costs nothing', () => {
  const decision = decide({ ...job, mediaFailures: 4 }, failure({ kind: 'offline' }, 'media'), policy)
  assert.deepEqual(
    decision.kind === 'again' && [decision.mediaFailures, decision.attempts, decision.dueAt],
    [4, 0, 1_030_000],
  )
})

test('a bug that strikes the same job three times does not block its lane', () => {
  assert.equal(decide({ ...job, bugs: 1 }, failure({ kind: 'unsure' }, 'bug'), policy).kind, 'again')
  assert.equal(decide({ ...job, bugs: 2 }, failure({ kind: 'unsure' }, 'bug'), policy).kind, 'plainer')
})
