/** Writes config.example.yaml from the schema; `--check` only says whether it is up to date. */
import { readFileSync, writeFileSync } from 'node:fs'
import { renderExample } from '../src/config/example.ts'

const file = new URL('../config.example.yaml', import.meta.url)
const text = renderExample()

if (!process.argv.includes('--check')) {
  writeFileSync(file, text)
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('config.example.yaml is stale; type: node scripts/write-config-example.ts')
  process.exitCode = 1
}
