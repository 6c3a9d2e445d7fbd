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

/** How an attempt after the other ends that fails in these ways, each as soon as it is due, and when the last one was. */
const inTurn = (ways: readonly Failure[]) => {
  let [state, now] = [job, 0]
  for (const [index, way] of ways.entries()) {
    const decision = decide(state, way, { ...policy, now })
    if (decision.kind !== 'again') return { kind: decision.kind, tries: index + 1, now }
    state = { ...state, ...decision }
    if (index < ways.length - 1) now = decision.dueAt
  }
  return { kind: 'again', tries: ways.length, now }
}

test('a file that fails nine times, which takes nine minutes, is given up as a file', () => {
  const ways = Array.from({ length: 20 }, () => failure({ kind: 'retry' }, 'media'))
  assert.deepEqual(inTurn(ways), { kind: 'plainer', tries: 9, now: 533_000 })
})

test('a file that is to be left alone for a while, or whose network is offline, has not failed', () => {
  for (const verdict of [{ kind: 'wait', seconds: 1 }, { kind: 'offline' }] as const) {
    const ways = Array.from({ length: 8 }, () => failure({ kind: 'retry' }, 'media'))
    const others = Array.from({ length: 20 }, () => failure(verdict, 'media'))
    assert.equal(inTurn([...ways, ...others]).kind, 'again', verdict.kind)
    assert.equal(inTurn([...ways, ...others, failure({ kind: 'retry' }, 'media')]).tries, 29, verdict.kind)
  }
})

test('a file that breaks off is given up the fifth time, and earlier where it could not be had before', () => {
  const cut = { ...failure({ kind: 'retry' }, 'media'), brokeOff: true }
  const away = failure({ kind: 'retry' }, 'media')
  assert.equal(inTurn(Array.from({ length: 5 }, () => cut)).tries, 5)
  assert.equal(inTurn([away, away, away, cut, cut, cut]).tries, 6)
  assert.equal(inTurn(Array.from({ length: 4 }, () => cut)).kind, 'again')
})

test('when a part has gone, failures are counted anew, and those of the bridge itself are not', () => {
  const gone = (verdict: Failure['verdict'], from: Failure['from'] = 'media') => ({
    ...failure(verdict, from),
    progress: true,
  })
  const tried = {
    ...job,
    attempts: 8,
    mediaFailures: 8,
    pages: 7,
    bugs: 1,
    failingFor: policy.giveUpAfter - 1,
    lastFailedAt: policy.now - 60_000,
  }
  const decision = decide(tried, gone({ kind: 'retry' }), policy)
  assert.deepEqual(decision, {
    kind: 'again',
    unsure: false,
    bugs: 1,
    attempts: 1,
    mediaFailures: 1,
    pages: 0,
    failingFor: 0,
    lastFailedAt: policy.now,
    dueAt: policy.now + 1000,
  })
  assert.equal(decide({ ...tried, bugs: 2 }, gone({ kind: 'unsure' }, 'bug'), policy).kind, 'plainer')
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

test('where the network itself fails at it, that counts while it takes others, and no more than an attempt where it takes none', () => {
  const failed = { ...failure({ kind: 'unsure' }), page: true }
  const after = (times: number, othersPass: boolean) => {
    let [state, now] = [job, 0]
    for (let tries = 0; tries < times; tries += 1) {
      const decision = decide(state, failed, { ...policy, now, othersPass })
      assert.ok(decision.kind === 'again' && decision.unsure, `try ${tries}: ${decision.kind}`)
      state = { ...state, ...decision }
      if (tries < times - 1) now = decision.dueAt
      else return { pages: state.pages, wait: decision.dueAt - now }
    }
    return undefined
  }
  assert.deepEqual(after(7, true), { pages: 7, wait: 120_000 })
  assert.deepEqual(after(14, true), { pages: 14, wait: 600_000 })
  assert.deepEqual(after(100, false), { pages: 0, wait: 600_000 })
})

test('how often the network itself failed at it makes nothing of what else fails then', () => {
  const failing = { ...job, unsure: true, attempts: 12, pages: 11 }
  const ways = [
    failure({ kind: 'retry' }, 'settle'),
    failure({ kind: 'retry' }, 'send'),
    failure({ kind: 'retry' }, 'media'),
    { ...failure({ kind: 'retry' }, 'send'), page: true },
  ]
  for (const way of ways) assert.equal(decide(failing, way, policy).kind, 'again', JSON.stringify(way))
})

test('a look that fails makes no words of a file that may be there', () => {
  const failing = { ...job, unsure: true, mediaFailures: 9 }
  assert.equal(decide(failing, failure({ kind: 'retry' }, 'settle'), policy).kind, 'again')
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
