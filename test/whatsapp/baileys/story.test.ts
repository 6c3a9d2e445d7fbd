import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BridgeEvent, parseEvent } from '../../../src/bridge/event.ts'
import { makeFindMessage, makeInbox } from '../../../src/bridge/receive.ts'
import { Outbox } from '../../../src/outbox/index.ts'
import { quiet } from '../../bridge/bridge.ts'
import { tempStore } from '../../store/temp-store.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

/** The real Baileys with the bridge's own rules and store behind it; nothing is delivered, so the jobs stay. */
const openStory = async () => {
  const store = tempStore()
  const inbox = makeInbox({
    store,
    outbox: new Outbox(store.database),
    network: 'whatsapp',
    newMessageId: () => `T${Math.random()}`,
    wake: () => undefined,
    changed: () => undefined,
    log: quiet,
  })
  const linked = await Linked.started({
    sessions: store.session('baileys'),
    inbox,
    findMessage: makeFindMessage(store),
  })
  const jobs = (): BridgeEvent[] =>
    store.database
      .all<{ event: string }>('SELECT event FROM jobs ORDER BY id')
      .map(({ event }) => parseEvent(event))
  return {
    wa: linked.wa,
    store,
    /** All of them, once the last one is there. */
    jobsUntil: (last: (event: BridgeEvent) => boolean) =>
      until('the last job', () => jobs().some(last) && jobs()),
    async [Symbol.asyncDispose]() {
      await linked[Symbol.asyncDispose]()
      store[Symbol.dispose]()
    },
  }
}

const said = (event: BridgeEvent): string =>
  'content' in event && event.content.kind === 'text' ? event.content.body.text : ''

test('A member of a group changes nothing that somebody else wrote, whatever they can open and seal', async () => {
  await using story = await openStory()
  const [alice, bob] = [story.wa.addContact({ name: 'Alice' }), story.wa.addContact({ name: 'Bob' })]
  const to = story.wa.addGroup({ subject: 'Class', participants: [alice, bob] })
  story.store.mappings.add({ whatsapp: `whatsapp:${to.jid}`, telegram: 'telegram:-100/1' })
  const id = await alice.send('I agree', { to })
  for (const sealed of [false, true]) await bob.acts.edit(id, 'I do not', { to, sealed })
  await bob.acts.edit(id, 'Never', { to, sealed: true, by: 'pn' })
  await bob.acts.revoke(id, { to })
  const own = await bob.send('mine', { to })
  await bob.acts.edit(own, 'mine, too', { to, sealed: true })
  await alice.acts.edit(id, 'I agree with Bob', { to, sealed: true })
  const jobs = await story.jobsUntil(event => said(event) === 'I agree with Bob')
  assert.deepEqual(
    jobs.filter(event => said(event) !== '').map(event => [event.kind, said(event)]),
    [
      ['message', 'I agree'],
      ['message', 'mine'],
      ['edit', 'mine, too'],
      ['edit', 'I agree with Bob'],
    ],
  )
  assert.deepEqual(
    jobs.filter(({ kind }) => kind === 'deletion'),
    [],
  )
})

test('One person is one chat and one author, though a message came by number and its changes by LID', async () => {
  await using story = await openStory()
  const alice = story.wa.addContact({ name: 'Alice', addressing: 'pn' })
  story.store.mappings.add({ whatsapp: `whatsapp:${alice.pn}` as 'whatsapp:1', telegram: 'telegram:-100/1' })
  const id = await alice.send('by number')
  const poll = await alice.acts.poll('Now?', ['Yes', 'No'])
  alice.addressing = 'lid'
  await alice.acts.edit(id, 'by LID')
  await alice.acts.vote(poll, ['No'], { by: 'pn' })
  await alice.acts.vote(poll, ['Yes'], { by: 'lid' })
  await alice.acts.revoke(poll)
  const jobs = await story.jobsUntil(({ kind }) => kind === 'deletion')
  assert.deepEqual(
    jobs.map(({ kind }) => kind),
    ['message', 'message', 'edit', 'vote', 'deletion'],
  )
  assert.equal(new Set(jobs.map(({ chat }) => chat)).size, 1)
  // Votes are shown as they stand: two of them are one job.
  assert.deepEqual(
    jobs.flatMap(event => (event.kind === 'vote' ? event.choice : [])),
    [0],
  )
})
