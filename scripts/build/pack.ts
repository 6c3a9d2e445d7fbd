import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { licencesAsset } from '../../src/cli/commands/licences.ts'
import { findTarget, isThisMachine, type Target, thisMachine } from './target.ts'

const run = promisify(execFile)

/**
 * Puts the program, the addon and the licences into a copy of Node, which becomes the executable `out`.
 * https://nodejs.org/api/single-executable-applications.html
 */
export const pack = async (parts: {
  /** The bundle. */
  readonly program: string
  /** Their texts. */
  readonly licences: string
  readonly target: Target
  readonly out: string
}): Promise<void> => {
  const { program, licences, target, out } = parts
  // A file that runs cannot be overwritten, but replaced.
  const draft = `${out}.new`
  const config = join(dirname(program), 'sea.json')
  const texts = join(dirname(program), 'licences.txt')
  const settings = {
    // Without a folder, so that the builder's does not stand in the stacks of bugs.
    main: basename(program),
    executable: target.node,
    output: draft,
    // V8 accepts no other machine's.
    useCodeCache: isThisMachine(target),
    disableExperimentalSEAWarning: true,
    // All words are the program's own, NODE_OPTIONS means nothing to it, and no signal opens a debugger.
    execArgvExtension: 'none',
    execArgv: ['--disable-sigusr1'],
    assets: { [await nameAddon(target.addon)]: target.addon, [licencesAsset]: texts },
  }
  await writeFile(config, JSON.stringify(settings))
  await writeFile(texts, licences)
  await mkdir(dirname(out), { recursive: true })
  await run(findTarget(thisMachine).node, ['--build-sea', config], { cwd: dirname(config) })
  // The signature that Node came with does not fit any more, and macOS starts nothing without one.
  if (process.platform === 'darwin') await run('codesign', ['--sign', '-', '--force', draft])
  await rename(draft, out)
}

/** The name under which `src/store/addon.ts` unpacks it: a new version gets a new name. */
const nameAddon = async (file: string): Promise<string> => {
  const hash = createHash('sha256').update(await readFile(file))
  return `sqlite-${hash.digest('hex').slice(0, 16)}.node`
}
