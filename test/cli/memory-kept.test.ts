import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { World } from '../simulators/world.ts'

const waiting = async (world: World) => {
  const login = world.start('login')
  await login.says(({ stderr }) => stderr.includes('Link a device, and scan:'), 60_000)
  return login
}

test('`npm start` opens no debugger to whoever sends SIGUSR1', async () => {
  await using world = await World.open()
  const login = await waiting(world)
  login.kill('SIGUSR1')
  // Node would say at once that a debugger listens.
  await sleep(500)
  login.kill('SIGTERM')
  assert.doesNotMatch((await login.ended).stderr, /Debugger/)
})

if (process.platform === 'linux') {
  test('no memory of the process is in its core dump', async () => {
    await using world = await World.open()
    const login = await waiting(world)
    assert.match(await readFile(`/proc/${login.pid}/coredump_filter`, 'utf8'), /^0+$/m)
  })
}
