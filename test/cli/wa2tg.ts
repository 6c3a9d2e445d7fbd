import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chatRef } from '../../src/bridge/chat-ref.ts'
import { openStore, type Store, storePath } from '../../src/store/index.ts'
import { type Outcome, Program } from '../simulators/program.ts'

/** A private folder to run `wa2tg` in, with an environment that holds nothing but what a test puts there. */
export class Sandbox implements AsyncDisposable {
  readonly folder: string
  readonly dataDir: string

  private constructor(folder: string) {
    this.folder = folder
    this.dataDir = join(folder, 'data')
  }

  static async open(): Promise<Sandbox> {
    return new Sandbox(await mkdtemp(join(tmpdir(), 'wa2tg-cli-')))
  }

  /** Starts `wa2tg` and leaves it running. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    return new Program(args, {
      cwd: this.folder,
      env: { HOME: this.folder, XDG_DATA_HOME: this.folder, ...env },
    })
  }

  /** Runs `wa2tg` on the sandbox's data folder to its end. */
  async run(...args: readonly string[]): Promise<Outcome> {
    return await this.start([...args, '--data-dir', this.dataDir]).ended
  }

  async write(name: string, text: string): Promise<string> {
    const path = join(this.folder, name)
    await writeFile(path, text, { mode: 0o600 })
    return path
  }

  openStore(): Store {
    return openStore(storePath(this.dataDir))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

export const whatsapp = (address: string) => chatRef('whatsapp', address)
export const telegram = (address: string) => chatRef('telegram', address)

/** Chats that have names in common, and one mapping. */
export const fillStore = (store: Store): void => {
  const day = Date.parse('2026-01-02T03:04:05Z')
  store.chats.learn({
    chat: whatsapp('120363000000000001@g.us'),
    name: 'Family',
    kind: 'group',
    lastActivity: day,
  })
  store.chats.learn({ chat: whatsapp('120363000000000002@g.us'), name: 'Family trip', kind: 'group' })
  store.chats.learn({ chat: whatsapp('120363000000000003@g.us'), name: 'School trip', kind: 'group' })
  store.chats.learn({ chat: whatsapp('15550000001@s.whatsapp.net'), name: 'Mum', kind: 'person' })
  store.mappings.add({
    whatsapp: whatsapp('120363000000000001@g.us'),
    telegram: telegram('-1001234567890/42'),
    now: day,
  })
}
