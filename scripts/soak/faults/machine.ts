import type { Stage } from '../stage.ts'
import type { Faults } from './faults.ts'

const HOUR = 3_600_000

/** What needs a preload. */
const watched: Faults = {
  'the disk is full': async stage => {
    await stage.hasStarted()
    await stage.machine.fillDisk(true)
    await stage.spell()
    await stage.machine.fillDisk(false)
  },
  'the clock leaps an hour ahead': stage => leap(stage, HOUR),
  'the clock leaps an hour behind': stage => leap(stage, -HOUR),
  'the clock is set right': stage => leap(stage, 0),
}

const leap = async (stage: Stage, wrongBy: number): Promise<void> => {
  await stage.hasStarted()
  await stage.machine.setClock(wrongBy)
  stage.signal('SIGUSR2')
}

/** What needs `prlimit`. */
const limited: Faults = {
  'the disk fails (EFBIG)': async stage => {
    await stage.hasStarted()
    const { pid } = stage
    await stage.machine.limitFiles(pid, true)
    await stage.spell()
    await stage.machine.limitFiles(pid, false)
  },
}

const line: Faults = {
  'nothing can be reached': async stage => {
    stage.line.down(true)
    await stage.spell()
    stage.line.down(false)
  },
  'the proxy is down': async stage => {
    if (!stage.isByProxy) await stage.restart('SIGTERM', { byProxy: true })
    await stage.hasStarted()
    stage.line.proxy.down(true)
    await stage.spell()
    stage.line.proxy.down(false)
  },
}

/** What the machine of the program does, and its line; on this one. */
export const machine = ({ machine: { canPreload, canLimit } }: Stage): Faults => ({
  ...(canPreload && watched),
  ...(canLimit && limited),
  ...line,
})
