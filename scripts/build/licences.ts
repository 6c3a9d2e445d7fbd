import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Target } from './target.ts'

const root = join(import.meta.dirname, '../..')

/** The licences of this program, of the packages that `sources` belong to, of the addon's and of Node, as one text. */
export const collectLicences = async (sources: readonly string[], { node }: Target): Promise<string> => {
  const packages = sources.flatMap(
    file => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file) ?? [],
  )
  const folders = new Set([root, ...packages.sort(), join(dirname(node), '..')])
  return (await Promise.all([...folders].map(describe))).join(`\n${'-'.repeat(80)}\n\n`)
}

/** Some packages name their licence in the manifest alone. */
const describe = async (folder: string): Promise<string> => {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const files = (await readdir(folder)).filter(file => /^(licen[cs]e|copying|notice)/i.test(file)).sort()
  const texts = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')))
  return [`${name} ${version} (${license ?? 'see below'})\n`, ...texts].join('\n')
}
