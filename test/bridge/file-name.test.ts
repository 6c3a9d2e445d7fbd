import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderFileName } from '../../src/bridge/file-name.ts'
import { plainText } from '../../src/bridge/rich-text.ts'

test('a type that is called like a property of every object names no file', () => {
  for (const mimeType of ['constructor', '__proto__', 'toString']) {
    const media = { source: '', mimeType }
    assert.equal(
      renderFileName({ kind: 'media', as: 'document', media, caption: plainText('') }),
      'document.bin',
    )
  }
})
