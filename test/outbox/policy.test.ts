import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoff } from '../../src/outbox/backoff.ts'
import { decide } from '../../src/outbox/decide.ts'
import { type Failures, unfailed } from '../../src/outbox/failures.ts'
import type { Failure } from '../../src/outbox/job.ts'

const policy = { now: 1_000_000, giveUpAfter: 86_400_000, random: () => 0.5 }
const failure = (verdict: Failure['verdict'], from: Failure['from'] = 'send'): Failure => ({
  kind: 'failure',
  verdict,
  problem: '',
  from,
  unsettled: from === 'settle',
})
const page: Failure = { ...failure({ kind: 'retry' }), page: true }
const ownFailure: Failure = { ...failure({ kind: 'unsure' }), ownFailure: true }
const unclear = failure({ kind: 'reject' }, 'settle')

/** What is kept of a failure, where the job is tried on. */
const kept = (failures: Failures, way: Failure, more: { othersPass?: boolean } = {}): Failures => {
  const decision = decide(failures, way, { ...policy, ...more })
  assert.equal(decision.kind, 'again', JSON.stringify(way))
  return decision.kind === 'again' ? decision.failures : failures
}

const times = <T>(count: number, each: T): T[] => Array.from({ length: count }, () => each)

/** How an attempt after the other ends that fails in these ways, each as soon as it is due, and when the last one was. */
const inTurn = (ways: readonly Failure[], { othersPass = false, from = unfailed as Failures } = {}) => {
  let [failures, now] = [from, 0]
  for (const [index, way] of ways.entries()) {
    // Nothing is said of who passes before it failed first (`record.ts`).
    const decision = decide(failures, way, { ...policy, now, othersPass: othersPass && index > 0 })
    if (decision.kind !== 'again') return { kind: decision.kind, tries: index + 1, now, failures }
    failures = decision.failures
    if (index < ways.length - 1) now = decision.dueAt
  }
  return { kind: 'again', tries: ways.length, now, failures }
}

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
    const decision = decide(unfailed, failure(verdict), policy)
    assert.ok(decision.kind === 'again')
    const { attempts, unsure } = decision.failures
    return { attempts, unsure, dueAt: decision.dueAt }
  }
  assert.deepEqual(after({ kind: 'retry' }), { attempts: 1, unsure: false, dueAt: 1_001_000 })
  assert.deepEqual(after({ kind: 'unsure' }), { attempts: 1, unsure: true, dueAt: 1_001_000 })
  assert.deepEqual(after({ kind: 'wait', seconds: 34 }), { attempts: 0, unsure: false, dueAt: 1_034_000 })
  assert.deepEqual(after({ kind: 'offline' }), { attempts: 0, unsure: false, dueAt: 1_000_000 })
})

test('what got no answer is tried again each minute at least, and what was refused for now is not', () => {
  const delay = (verdict: Failure['verdict'], more: Partial<Failure> = {}) => {
    const decision = decide({ ...unfailed, attempts: 20 }, { ...failure(verdict), ...more }, policy)
    return decision.kind === 'again' && (decision.dueAt - policy.now) / 1000
  }
  assert.equal(delay({ kind: 'unsure' }), 60)
  assert.equal(delay({ kind: 'unsure' }, { ownFailure: true }), 600)
  assert.equal(delay({ kind: 'retry' }), 600)
  const begun = decide(unfailed, failure({ kind: 'unsure' }), policy)
  assert.equal(begun.kind === 'again' && begun.dueAt - policy.now, 1000)
})

test('a failure before an earlier attempt is settled finds nothing out: the job stays unsure', () => {
  for (const verdict of [{ kind: 'retry' }, { kind: 'offline' }, { kind: 'wait', seconds: 1 }] as const) {
    for (const from of ['settle', 'send', 'media'] as const) {
      for (const unsettled of [true, false]) {
        const { unsure } = kept({ ...unfailed, unsure: true }, { ...failure(verdict, from), unsettled })
        assert.equal(unsure, unsettled, `${verdict.kind} ${from}`)
      }
    }
  }
})

test('what is refused, or asks for a plainer form otherwise, is as much in doubt then as it was', () => {
  const ways = [
    failure({ kind: 'reject' }),
    failure({ kind: 'reject' }, 'media'),
    ...[page, failure({ kind: 'retry' }, 'media')],
  ]
  for (const way of ways)
    for (const unsettled of [true, false]) {
      const worn = { ...unfailed, unsure: true, mediaFailures: 8, pages: 6 }
      const decision = decide(worn, { ...way, unsettled }, { ...policy, othersPass: true })
      assert.deepEqual(decision, { kind: 'plainer', unsure: unsettled }, JSON.stringify(way))
    }
})

test('what nobody can say has arrived is asked for nine times in nine minutes, and then given up, in no other form', () => {
  const ended = inTurn(times(20, unclear), { from: { ...unfailed, unsure: true } })
  assert.deepEqual([ended.kind, ended.tries, ended.now], ['give-up', 9, 533_000])
  assert.equal(ended.failures.unsure, true)
  for (const what of ['unreachable', 'neverKnown'] as const)
    assert.equal(inTurn([{ ...unclear, [what]: true }]).kind, 'give-up', what)
})

test('only unclear answers in a row count as such, however long something else has failed before', () => {
  const lost = failure({ kind: 'retry' }, 'settle')
  const { failures } = inTurn(times(40, ownFailure))
  assert.deepEqual([failures.asked, failures.attempts], [0, 40])
  const ended = inTurn(times(20, unclear), { from: failures })
  assert.deepEqual([ended.kind, ended.tries], ['give-up', 9])
  assert.equal(inTurn([...times(8, unclear), ownFailure, ...times(8, unclear)]).kind, 'again')
  const between = inTurn([...times(8, unclear), ...times(5, lost), unclear])
  assert.deepEqual([between.kind, between.tries], ['give-up', 14], 'a look that fails is no answer')
})

test('an unclear answer gives nothing up for what failed before', () => {
  const old = {
    ...unfailed,
    unsure: true,
    failingFor: policy.giveUpAfter - 1,
    lastFailedAt: policy.now - 60_000,
  }
  const asked = kept(old, unclear)
  assert.deepEqual([asked.asked, asked.failingFor], [1, old.failingFor])
})

test('a job is given up by the time it has been failing, and an outage in between does not count', () => {
  const run = (gap: number) => {
    let [failures, now, tries] = [unfailed as Failures, 0, 0]
    for (; tries < 5000; tries += 1) {
      const decision = decide(failures, failure({ kind: 'retry' }), { ...policy, now })
      if (decision.kind === 'give-up') break
      if (decision.kind === 'again') failures = decision.failures
      now += gap
    }
    return tries
  }
  assert.equal(run(600_000), 144)
  assert.equal(run(7 * 86_400_000), 96, 'a week between two attempts counts as a quarter of an hour')
})

test('a file that fails nine times, which takes nine minutes, is given up as a file', () => {
  const { kind, tries, now } = inTurn(times(20, failure({ kind: 'retry' }, 'media')))
  assert.deepEqual({ kind, tries, now }, { kind: 'plainer', tries: 9, now: 533_000 })
})

test('a file that is to be left alone for a while, or whose network is offline, has not failed', () => {
  for (const verdict of [{ kind: 'wait', seconds: 1 }, { kind: 'offline' }] as const) {
    const ways = times(8, failure({ kind: 'retry' }, 'media'))
    const others = times(20, failure(verdict, 'media'))
    assert.equal(inTurn([...ways, ...others]).kind, 'again', verdict.kind)
    assert.equal(inTurn([...ways, ...others, failure({ kind: 'retry' }, 'media')]).tries, 29, verdict.kind)
  }
})

test('a file that breaks off is given up the fifth time, and earlier where it could not be had before', () => {
  const cut = { ...failure({ kind: 'retry' }, 'media'), brokeOff: true }
  const away = failure({ kind: 'retry' }, 'media')
  assert.equal(inTurn(times(5, cut)).tries, 5)
  assert.equal(inTurn([away, away, away, cut, cut, cut]).tries, 6)
  assert.equal(inTurn(times(4, cut)).kind, 'again')
})

test('when a part has gone, failures are counted anew, and those of the bridge itself are not', () => {
  const gone = (verdict: Failure['verdict'], from: Failure['from'] = 'media') => ({
    ...failure(verdict, from),
    progress: true,
  })
  const tried: Failures = {
    unsure: true,
    attempts: 8,
    mediaFailures: 8,
    pages: 6,
    ownFailures: 11,
    bugs: 1,
    asked: 8,
    failingFor: policy.giveUpAfter - 1,
    lastFailedAt: policy.now - 60_000,
  }
  assert.deepEqual(kept(tried, gone({ kind: 'retry' })), {
    ...{ ...unfailed, bugs: 1, attempts: 1, mediaFailures: 1 },
    lastFailedAt: policy.now,
  })
  assert.equal(decide({ ...tried, bugs: 2 }, gone({ kind: 'unsure' }, 'bug'), policy).kind, 'plainer')
})

test('what stands eight times in place of the network’s answer, while others pass, refuses the message; while it settles that says nothing', () => {
  const { kind, tries, now } = inTurn(times(20, page), { othersPass: true })
  assert.deepEqual({ kind, tries, now }, { kind: 'plainer', tries: 8, now: 233_000 })
  assert.equal(inTurn(times(50, { ...page, from: 'settle' as const }), { othersPass: true }).kind, 'again')
  assert.equal(
    inTurn(times(50, { ...page, verdict: { kind: 'offline' } }), { othersPass: true }).kind,
    'again',
  )
})

test('what is refused in front of the network while it may be there is given up, and goes in no other form', () => {
  const ended = inTurn(times(20, { ...page, unsettled: true, inDoubt: true }), { othersPass: true })
  assert.deepEqual([ended.kind, ended.tries], ['give-up', 8])
})

test('a page that stands in front of everything makes nothing of a message for a day', () => {
  const ended = inTurn(times(1000, page))
  assert.equal(ended.kind, 'give-up')
  assert.ok(ended.now >= policy.giveUpAfter, `${ended.now} ms`)
})

test('where the network itself fails at it, that counts while it takes others, and no more than an attempt where it takes none', () => {
  const after = (count: number, othersPass: boolean) => {
    const { kind, failures, now } = inTurn(times(count, ownFailure), { othersPass })
    assert.deepEqual([kind, failures.unsure], ['again', true])
    return [failures.ownFailures, now]
  }
  assert.deepEqual(after(7, true), [6, 113_000])
  assert.deepEqual(after(14, true)[0], 13)
  assert.deepEqual(after(100, false)[0], 0)
})

test('how often it failed in one way makes nothing of what fails in another', () => {
  const worn = {
    ...unfailed,
    unsure: true,
    attempts: 40,
    mediaFailures: 8,
    pages: 6,
    ownFailures: 11,
    asked: 8,
  }
  const others: [Failure, Failures][] = [
    [failure({ kind: 'retry' }, 'settle'), worn],
    [failure({ kind: 'retry' }), worn],
    [failure({ kind: 'unsure' }), worn],
    [ownFailure, worn],
    [{ ...page, from: 'settle' }, worn],
    [page, { ...worn, pages: 0 }],
    [failure({ kind: 'retry' }, 'media'), { ...worn, mediaFailures: 0 }],
    [unclear, { ...worn, asked: 0 }],
    [failure({ kind: 'unsure' }, 'bug'), worn],
  ]
  for (const [way, failures] of others) kept(failures, way, { othersPass: true })
})

test('a look that fails makes no words of a file that may be there', () => {
  kept({ ...unfailed, unsure: true, mediaFailures: 9 }, failure({ kind: 'retry' }, 'settle'))
})

test('a file whose network is offline costs nothing', () => {
  const decision = decide({ ...unfailed, mediaFailures: 4 }, failure({ kind: 'offline' }, 'media'), policy)
  assert.ok(decision.kind === 'again')
  const { failures, dueAt } = decision
  assert.deepEqual([failures.mediaFailures, failures.attempts, dueAt], [4, 0, 1_030_000])
})

test('a bug that strikes the same job three times does not block its lane', () => {
  kept({ ...unfailed, bugs: 1 }, failure({ kind: 'unsure' }, 'bug'))
  const third = failure({ kind: 'unsure' }, 'bug')
  assert.equal(decide({ ...unfailed, bugs: 2 }, third, policy).kind, 'plainer')
  assert.equal(decide({ ...unfailed, bugs: 2 }, { ...third, inDoubt: true }, policy).kind, 'give-up')
})
