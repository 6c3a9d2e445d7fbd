import type { Stage } from '../stage.ts'

/** What goes wrong, by the name under which it is counted; `false` where it did not. */
export type Faults = Readonly<Record<string, (stage: Stage) => Promise<unknown> | unknown>>
