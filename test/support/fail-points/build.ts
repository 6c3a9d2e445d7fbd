import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { ABSENT, carryDecoder } from '../../../scripts/build/bundle.ts'
import { encodingKey } from './encoding-key.ts'

/**
 * Makes one file of the program with fail points at all its seams, which starts in two thirds of the time that the sources
 * take. Returns its path, in `folder`.
 */
export const buildWithFailPoints = async (folder: string): Promise<string> => {
  const outfile = join(folder, 'wa2tg.cjs')
  await build({
    stdin: {
      contents: `import './install.ts'\nimport '../../../src/main.ts'`,
      resolveDir: import.meta.dirname,
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    external: ABSENT,
    loader: { '.wasm': 'binary' },
    plugins: [carryDecoder, tellOfStanzas, leaveSqlite],
    logLevel: 'error',
  })
  return outfile
}

/** Baileys encodes a node, encrypts it and writes it in one go (lib/Socket/socket.js, `sendNode`). */
const line = 'const encoded = encodeBinaryNodeInner(node, opts, buffer);'

const tellOfStanzas: Plugin = {
  name: 'tell of stanzas',
  setup({ onLoad }) {
    onLoad({ filter: /WABinary[\\/]encode\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      if (!source.includes(line)) throw new Error('Baileys encodes its nodes in another way now')
      return { contents: source.replace(line, `globalThis['${encodingKey}'](node); ${line}`) }
    })
  },
}

/** Looks for its addon beside its own file. */
const leaveSqlite: Plugin = {
  name: 'leave SQLite where it is',
  setup({ onResolve }) {
    const path = createRequire(import.meta.url).resolve('better-sqlite3')
    onResolve({ filter: /^better-sqlite3$/ }, () => ({ path, external: true }))
  },
}
