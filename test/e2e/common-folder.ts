import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Where programs put what they need for a while that do not ask which place is meant for that. */
const common = '/tmp'
/** Larger ones are nothing that was written by the way. */
const mostBytes = 20_000_000

const namesIn = (folder: string): Promise<string[]> => readdir(folder, { recursive: true }).catch(() => [])

/** Remembers what stands in /tmp; the folders of tests, which others make meanwhile, are none of its business. */
export const watchCommon = async (): Promise<{ search(secrets: readonly string[]): Promise<void> }> => {
  const isForeign = (name: string) => name.startsWith('wa2tg-')
  const since = Date.now()
  const before = new Set(await readdir(common).catch(() => []))
  return {
    /** Fails where one of these stands in what is new there, or in a file that was written into. */
    async search(secrets) {
      const names = (await readdir(common).catch(() => [])).filter(name => !isForeign(name))
      const inside = await Promise.all(
        names
          .filter(name => !before.has(name))
          .map(async name => {
            const found = await namesIn(join(common, name))
            return found.map(each => join(name, each))
          }),
      )
      for (const name of [...names, ...inside.flat()]) {
        const path = join(common, name)
        // Others take away what is theirs.
        const found = await stat(path).catch(() => undefined)
        if (!found?.isFile() || found.mtimeMs < since || found.size > mostBytes) continue
        const content = await readFile(path).catch(() => undefined)
        for (const secret of secrets) assert.ok(!content?.includes(secret), `${secret} in ${path}`)
      }
    },
  }
}
