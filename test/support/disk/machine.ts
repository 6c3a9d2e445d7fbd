import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ForgetfulDisk, filesIn, type Random } from './forgetful-disk.ts'
import type { DiskCall } from './watch-disk.ts'

/**
 * A machine whose power can be cut: programs that are started with its environment tell it what SQLite does to the disk, and
 * when the power comes back only what was flushed is sure to be there. Linux alone.
 */
export class Machine {
  readonly #record: string
  /** What was on the disk when the power came on. */
  #flushed: Record<string, Buffer> = {}

  /** `folder` is for notes of its own. */
  constructor(folder: string) {
    this.#record = join(folder, 'disk-record')
    writeFileSync(this.#record, '')
  }

  get env(): Record<string, string> {
    const recorder = pathToFileURL(join(import.meta.dirname, 'record-disk.ts'))
    return {
      NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${recorder}`,
      WA2TG_DISK_RECORD: this.#record,
    }
  }

  /** What was asked of the disk since the power came on. */
  calls(): DiskCall[] {
    const lines = readFileSync(this.#record, 'utf8').split('\n').filter(Boolean)
    return lines.map(line => {
      const call: DiskCall & { data?: string } = JSON.parse(line)
      return (call.kind === 'write' ? { ...call, data: Buffer.from(call.data, 'base64') } : call) as DiskCall
    })
  }

  /** The power goes and comes back; every program must have been killed. Returns how many changes were not flushed. */
  cutPower(folder: string, random: Random): number {
    const disk = new ForgetfulDisk(folder, this.#flushed)
    for (const call of this.calls()) disk.apply(call)
    const { unflushed } = disk
    for (const name of Object.keys(filesIn(folder))) rmSync(join(folder, name))
    disk.crash(folder, random)
    this.#flushed = filesIn(folder)
    writeFileSync(this.#record, '')
    return unflushed
  }
}
