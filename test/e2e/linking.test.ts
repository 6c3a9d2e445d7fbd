import assert from 'node:assert/strict'
import { test } from 'node:test'
import { World } from '../simulators/world.ts'

test('The login shows another code where WhatsApp retires the first, and ends with what to do where the account wants its passkey', async () => {
  await using world = await World.open()
  const { phone } = world.wa
  const login = world.start('login', '--qr', 'text')
  const code = (nth: number) =>
    login.says(({ stdout }) => stdout.split('\n').filter(line => line.includes(','))[nth])
  await assert.rejects(phone.scan(await code(0), { refresh: 'pair-device-rotate-qr' }), /scan the new one/)
  void phone.scan(await code(1), { passkey: true }).catch(() => undefined)
  const { code: exitCode, stderr } = await login.ended
  assert.equal(exitCode, 2)
  const [, said, hint] = stderr.split('\n')
  assert.equal(said, 'WhatsApp asks for the passkey of this account, which wa2tg cannot show')
  assert.match(hint ?? '', /^Some could link after .* Then type: wa2tg login$/)
  world.wa.assertNoSurprises()
})
