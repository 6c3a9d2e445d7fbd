import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { readText } from '../config/read-text.ts'
import { reasonOf } from '../config/secret-file.ts'
import type { CommandOption, Context } from './command.ts'
import { UserError } from './user-error.ts'

/** For commands that read a passphrase with `readPassphrase`. */
export const passphraseOption: CommandOption = {
  flags: '--passphrase-file <file>',
  about: 'the passphrase is the first line of this file; else WA2TG_PASSPHRASE, else it is asked for',
}

/** From the file named, from the environment, or from the person at the terminal; with `twice` typed again to be sure. */
export const readPassphrase = async (context: Context, { twice }: { twice: boolean }): Promise<string> => {
  const { options, env, stdin } = context
  const file = options['passphraseFile']
  if (typeof file === 'string') return check(await firstLine(file), `"${file}"`)
  const given = env['WA2TG_PASSPHRASE']
  if (given !== undefined) return check(given, 'WA2TG_PASSPHRASE')
  if (stdin.isTTY !== true) {
    throw new UserError('This needs a passphrase, and there is nobody to ask', {
      hint: 'Add --passphrase-file FILE, or set WA2TG_PASSPHRASE',
    })
  }
  const typed = check(await ask(context, 'Passphrase: '), 'What you typed')
  if (twice && (await ask(context, 'The same again: ')) !== typed) {
    throw new UserError('The two passphrases differ; nothing was written')
  }
  return typed
}

const check = (passphrase: string, source: string): string => {
  if (passphrase === '') throw new UserError(`${source} is empty; a passphrase is needed`)
  return passphrase
}

const firstLine = async (file: string): Promise<string> => {
  try {
    return (await readText(file)).split(/\r?\n/)[0] ?? ''
  } catch (cause) {
    throw new UserError(`Cannot read the passphrase file "${file}": ${reasonOf(cause)}`, { cause })
  }
}

/** A line of which the terminal shows nothing: with an output of its own, readline takes the echo upon itself. */
const ask = ({ stdin, output }: Context, question: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 })
    let answer: string | undefined
    lines.once('line', line => {
      answer = line
      lines.close()
    })
    lines.once('SIGINT', () => lines.close())
    lines.once('close', () => {
      output.stderr.write('\n')
      if (answer === undefined) reject(new UserError('Broken off; nothing was changed', { exitCode: 1 }))
      else resolve(answer)
    })
    output.stderr.write(question)
  })
