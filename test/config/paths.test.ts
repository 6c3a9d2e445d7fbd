import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '../../src/config/config-error.ts'
import { defaultDataDir, homeFolder } from '../../src/config/paths.ts'

test('without HOME the system is asked, and a user without a home folder is told what to do', () => {
  const nobody = () => {
    throw new Error('uv_os_homedir returned ENOENT')
  }
  assert.equal(
    homeFolder({ HOME: '/home/me' }, () => '/home/other'),
    '/home/me',
  )
  assert.equal(
    homeFolder({ HOME: '' }, () => '/home/other'),
    '/home/other',
  )
  assert.throws(
    () => homeFolder({}, nobody),
    (error: unknown) =>
      error instanceof ConfigError && /HOME/.test(error.message) && error.hint !== undefined,
  )
})

test('a full path in an XDG variable stands alone', () => {
  assert.equal(defaultDataDir({ HOME: '/home/me', XDG_DATA_HOME: '/data' }), '/data/wa2tg')
  assert.equal(defaultDataDir({ HOME: '/home/me', XDG_DATA_HOME: 'data' }), '/home/me/.local/share/wa2tg')
})
