import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { World } from '../simulators/world.ts'

const waiting = async (world: World) => {
  const login = world.start('login')
  await login.says(({ stderr }) => stderr.includes('Link a device, and scan'), 180_000)
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
  test('no memory of the process is in its core dump', async t => {
    const passphrase = 'passphrase-of-the-zebra'
    await using world = await World.open({ env: { WA2TG_PASSPHRASE: passphrase } })
    const { token } = world.tg
    /** Where none may be made, or this system keeps them itself, there is none to look into. */
    const dumpOf = async (pid: number, ended: Promise<unknown>): Promise<Buffer | undefined> => {
      await promisify(execFile)('prlimit', ['--pid', String(pid), '--core=unlimited:unlimited']).catch(
        () => undefined,
      )
      process.kill(pid, 'SIGABRT')
      await ended
      const name = (await readdir(world.folder)).find(file => /^core(\.|$)/.test(file))
      if (name === undefined) return undefined
      const dump = await readFile(join(world.folder, name))
      await rm(join(world.folder, name))
      return dump
    }

    // Another program with the same in memory, and as it comes: that is what a search in its dump finds.
    const other = spawn(process.execPath, ['-e', 'const { token } = process.env; setInterval(() => token)'], {
      cwd: world.folder,
      env: { token },
    })
    t.after(() => other.kill('SIGKILL'))
    await once(other, 'spawn')
    const control = await dumpOf(other.pid ?? -1, once(other, 'close'))

    const login = await waiting(world)
    assert.match(await readFile(`/proc/${login.pid}/coredump_filter`, 'utf8'), /^0+$/m)
    const dump = await dumpOf(login.pid, login.ended)
    assert.equal((await login.ended).signal, 'SIGABRT')
    assert.equal(dump === undefined, control === undefined)
    if (dump === undefined || control === undefined) {
      const pattern = await readFile('/proc/sys/kernel/core_pattern', 'utf8')
      t.diagnostic(
        `Core dumps go elsewhere here (${pattern.trim()}): what the kernel was told was looked at alone`,
      )
      return
    }
    assert.ok(control.includes(token))
    t.diagnostic(`${dump.length} bytes; of a program that does not see to it ${control.length}`)
    for (const secret of [token, token.split(':')[1] ?? '', passphrase, world.wa.rootKey])
      assert.ok(!dump.includes(secret), secret)
  })
}
