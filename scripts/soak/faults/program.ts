import type { Faults } from './faults.ts'

/** What happens to the process. */
export const program: Faults = {
  'the process is killed with -9': stage => stage.restart('SIGKILL'),
  'the process is stopped and started': stage => stage.restart('SIGTERM'),
  'the process is away for five seconds': stage => stage.restart('SIGKILL', { away: 5000 }),
  'the process stands still (SIGSTOP)': async stage => {
    stage.signal('SIGSTOP')
    await stage.spell()
    stage.signal('SIGCONT')
  },
}
