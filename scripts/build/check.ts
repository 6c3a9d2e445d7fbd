import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { version } from '../../src/cli/version.ts'

const run = promisify(execFile)

/** Runs the file once. Node warns on stderr when it rejects the code cache, which more than doubles the time to start. */
export const check = async (file: string): Promise<void> => {
  const { stdout, stderr } = await run(file, ['--version'], { env: {} })
  if (stdout !== `${version}\n` || stderr !== '') {
    throw new Error(`"${file}" --version says:\n${stdout}${stderr}`)
  }
}
