import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { DynamicLibrary, toString as textAt } from 'node:ffi'
import { closeSync, openSync, read, writeSync } from 'node:fs'

/**
 * Runs a program at a terminal of its own, as a person would, and types each answer when its question stands there. Resolves
 * with the exit code and all that stood on the terminal. Linux alone.
 */
export const atTerminal = async (
  [file = '', ...args]: readonly string[],
  {
    env,
    answers,
  }: { env: Readonly<Record<string, string>>; answers: readonly (readonly [RegExp, string])[] },
): Promise<{ code: number | null; screen: string }> => {
  const { keyboard, screenPath } = openTerminal()
  const screenEnd = openSync(screenPath, O_RDWR | O_NOCTTY)
  const child = spawn(file, args, { env, stdio: [screenEnd, screenEnd, screenEnd] })
  const ended = once(child, 'close')
  closeSync(screenEnd)
  let screen = ''
  const left = [...answers]
  const done = (async () => {
    for (;;) {
      const text = await readSome(keyboard)
      if (text === undefined) return
      screen += text
      const [question, answer] = left[0] ?? []
      if (question === undefined || !question.test(screen)) continue
      left.shift()
      writeSync(keyboard, `${answer}\r`)
    }
  })()
  const [code] = await ended
  await done
  closeSync(keyboard)
  return { code, screen }
}

const O_RDWR = 2
const O_NOCTTY = 0x100

/** A pseudo-terminal: the descriptor of the side where a person sits, and the path of the side where programs run. */
const openTerminal = (): { keyboard: number; screenPath: string } => {
  const libc = new DynamicLibrary('libc.so.6')
  const { posix_openpt, grantpt, unlockpt, ptsname } = libc.getFunctions({
    posix_openpt: { arguments: ['int32'], return: 'int32' },
    grantpt: { arguments: ['int32'], return: 'int32' },
    unlockpt: { arguments: ['int32'], return: 'int32' },
    ptsname: { arguments: ['int32'], return: 'pointer' },
  })
  const keyboard = posix_openpt(O_RDWR | O_NOCTTY)
  if (keyboard < 0 || grantpt(keyboard) !== 0 || unlockpt(keyboard) !== 0)
    throw new Error('No terminal to be had')
  return { keyboard, screenPath: textAt(ptsname(keyboard)) ?? '' }
}

/** Undefined when the last program has left the terminal (EIO). */
const readSome = (descriptor: number): Promise<string | undefined> =>
  new Promise(resolve => {
    const buffer = Buffer.alloc(4096)
    read(descriptor, buffer, 0, buffer.length, null, (error, size) =>
      resolve(error || size === 0 ? undefined : buffer.toString('utf8', 0, size)),
    )
  })
