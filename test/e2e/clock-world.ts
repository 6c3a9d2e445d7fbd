import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { World } from '../simulators/world.ts'

export interface ClockWorld extends AsyncDisposable {
  readonly world: World
  /** Sets the clock for a bridge that runs, and for those to come. */
  setClock(wrongBy: number, running?: { kill(signal: 'SIGUSR2'): unknown }): Promise<void>
}

/** A world on a machine whose clock the test sets (`set-clock.ts`): what it is wrong by, in milliseconds. */
export const openClockWorld = async (wrongBy = 0): Promise<ClockWorld> => {
  await using opened = new AsyncDisposableStack()
  const { path } = opened.use(await mkdtempDisposable(join(tmpdir(), 'wa2tg-clock-')))
  const file = join(path, 'wrong-by')
  const preload = join(import.meta.dirname, 'set-clock.ts')
  const setClock: ClockWorld['setClock'] = async (wrong, running) => {
    await writeFile(file, String(wrong))
    running?.kill('SIGUSR2')
  }
  await setClock(wrongBy)
  const env = { NODE_OPTIONS: `--import ${preload}`, WA2TG_TEST_CLOCK: file }
  const world = opened.use(await World.open({ env }))
  const rest = opened.move()
  return { world, setClock, [Symbol.asyncDispose]: () => rest.disposeAsync() }
}
