import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../../src/bridge/store-error.ts'
import { standingIn } from '../../../src/whatsapp/baileys/parse/standing.ts'
import { el } from '../../simulators/whatsapp/node.ts'
import { until } from '../support.ts'
import { Linked } from './linked.ts'

/** 2100-01-01 00:00 UTC */
const ends = 4_102_444_800
const lockOf = (lock: unknown) => ({ xwa2_notify_account_reachout_timelock: lock })
const capOf = (cap: unknown) => ({ xwa2_notify_new_chat_messages_capping_info_update: cap })
const read = (op_name: string, data: unknown, now = 1_790_000_000) =>
  standingIn(
    el('notification', { type: 'mex' }, [el('update', { op_name }, Buffer.from(JSON.stringify({ data })))]),
    now,
  )
const readLock = (lock: unknown, now?: number) =>
  read('NotificationUserReachoutTimelockUpdate', lockOf(lock), now)
const readCap = (cap: unknown, now?: number) => read('MessageCappingInfoNotification', capOf(cap), now)

test('A restriction says until when, and whether the phone is restricted, too', () => {
  const until = { is_active: true, time_enforcement_ends: String(ends) }
  for (const enforcement_type of ['DEFAULT', 'BIZ_QUALITY', 'OF_THE_FUTURE']) {
    const { trouble } = readLock({ ...until, enforcement_type }) ?? {}
    assert.match(
      trouble?.text ?? '',
      /^WhatsApp has restricted your account until 2100-01-01 00:00 UTC: nobody/,
    )
  }
  for (const enforcement_type of ['WEB_COMPANION_ONLY', 'RESTRICT_ALL_COMPANIONS']) {
    const { trouble } = readLock({ ...until, enforcement_type }) ?? {}
    assert.match(
      trouble?.text ?? '',
      /^WhatsApp has restricted your linked devices, .* until 2100-01-01 00:00 UTC/,
    )
    assert.match(trouble?.text ?? '', /Your phone is not restricted/)
  }
  for (const time_enforcement_ends of [undefined, '0', 'soon', '99999999999999999999'])
    assert.match(
      readLock({ is_active: true, time_enforcement_ends })?.trouble?.text ?? '',
      /^WhatsApp has restricted your account for now: nobody new/,
    )
})

test('A restriction that is lifted, or over by the time of WhatsApp, is no trouble', () => {
  const lock = { is_active: true, time_enforcement_ends: String(ends), enforcement_type: 'DEFAULT' }
  assert.deepEqual(readLock({ ...lock, is_active: false }), { about: 'new chats' })
  assert.deepEqual(readLock(lock, ends), { about: 'new chats' })
})

test('A monthly limit is told when it comes near and when it is reached', () => {
  const cap = { total_quota: '50', used_quota: 40, cycle_end_timestamp: String(ends) }
  const [first, second, capped] = ['FIRST_WARNING', 'SECOND_WARNING', 'CAPPED'].map(
    capping_status => readCap({ ...cap, capping_status })?.trouble,
  )
  assert.match(first?.text ?? '', /warns .* \(40 of 50\)\. It counts anew from 2100-01-01 00:00 UTC on\.$/)
  assert.notEqual(first?.id, second?.id)
  assert.match(capped?.text ?? '', /no more new chats until 2100-01-01 00:00 UTC: .* \(50\)/)
  const unsaid = readCap({ capping_status: 'CAPPED', total_quota: -1 })?.trouble
  assert.match(unsaid?.text ?? '', /no more new chats this month: .* have not answered\. Chats/)
  for (const capping_status of ['NONE', undefined, 'OF_THE_FUTURE'])
    assert.deepEqual(readCap({ ...cap, capping_status }), { about: 'new chats a month' })
  assert.deepEqual(readCap({ ...cap, capping_status: 'CAPPED' }, ends), { about: 'new chats a month' })
})

test('What says nothing of the account, or is no JSON, is left to Baileys', () => {
  const op_name = 'NotificationUserReachoutTimelockUpdate'
  const of = (content?: Buffer | string) =>
    standingIn(el('notification', { type: 'mex' }, [el('update', { op_name }, content)]), 0)
  for (const content of [undefined, '', '{', 'null', '1', '{}', '{"data":null}', '{"data":{"x":1}}'])
    assert.equal(of(content === undefined ? content : Buffer.from(content)), undefined, String(content))
  assert.equal(readLock('yes'), undefined)
  assert.equal(readCap(null), undefined)
  assert.equal(read('NotificationNewsletterJoin', lockOf({ is_active: true })), undefined)
  assert.equal(standingIn(el('notification', { type: 'mex' }), 0), undefined)
  assert.equal(standingIn(el('notification', { type: 'w:gp2' }, [el('update', { op_name })]), 0), undefined)
})

test('What WhatsApp tells of the account is handed over before it is settled, and comes again when the disk did not take it', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  bridge.failure = new StoreError('The disk is full')
  wa.standing.restrict({ ends, kind: 'RESTRICT_ALL_COMPANIONS' })
  await until('the end of the connection', () => linked.connection.status.state === 'connecting')
  assert.ok(wa.pending.some(({ attrs }) => attrs['type'] === 'mex'))
  bridge.failure = undefined
  await until('the restriction', () => bridge.standings.length > 0)
  await until('it to be settled', () => wa.pending.length === 0)
  wa.standing.restrict()
  await until('its end', () => bridge.standings.at(-1)?.trouble === undefined)
  assert.match(bridge.standings[0]?.trouble?.text ?? '', /linked devices.*until 2100-01-01/)
  assert.deepEqual(bridge.standings.slice(1), [{ about: 'new chats' }])
  wa.assertNoSurprises()
})

test('When a message to somebody new is refused, WhatsApp is asked for how long', async () => {
  await using linked = await Linked.started()
  const { wa, bridge } = linked
  const chat = `whatsapp:${wa.addContact({ name: 'Alice' }).lid}` as const
  const refuse = async () => {
    wa.refuseNext(463)
    await assert.rejects(linked.deliver('x', { chat }), /new contacts/)
  }
  wa.standing.restrict({ ends }, { quiet: true })
  await refuse()
  await until('what WhatsApp says of it', () => bridge.standings.length > 0)
  assert.match(bridge.standings[0]?.trouble?.text ?? '', /restricted your account until 2100-01-01/)
  const { trouble } = readLock({ is_active: true, time_enforcement_ends: String(ends) }) ?? {}
  assert.equal(bridge.standings[0]?.trouble?.id, trouble?.id)
  // That she alone cannot be written to is no word about the account.
  wa.standing.restrict(undefined, { quiet: true })
  await refuse()
  const questions = () => wa.requests.filter(({ attrs }) => attrs['xmlns'] === 'w:mex').length
  await until('the second question', () => questions() === 2)
  await linked.deliver('y', { chat })
  assert.equal(bridge.standings.length, 1)
  wa.assertNoSurprises()
})
