import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderExample } from '../../src/config/example.ts'
import { parseConfig } from '../../src/config/parse-config.ts'

test('the example is a config that is accepted as it stands', () => {
  assert.deepEqual(parseConfig(renderExample(), 'example').telegram.owners, [11111111])
})

test('with every comment of a key switched on, the example is accepted and holds every key', () => {
  const on = renderExample().replace(/^( *)# (?=(?: |#)*[a-z_]+:(?: |$))/gm, '$1')
  const config = parseConfig(on.replace(/^# {3}#.*$/gm, '').replace(/^# {5}#.*$/gm, ''), 'example')
  assert.equal(config.whatsapp.server?.media_host, '127.0.0.1:8443')
  assert.equal(config.telegram.token_file, '~/.config/wa2tg/token')
  assert.equal(config.data_dir, '~/.local/share/wa2tg')
})

test('no line is longer than a terminal is likely to be wide', () => {
  for (const line of renderExample().split('\n')) assert.ok(line.length <= 100, line)
})
