import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { eventually } from './eventually.ts'
import { type Outcome, Program } from './program.ts'
import { startTelegramSimulator, type TelegramSimulator } from './telegram/index.ts'
import { startWhatsAppSimulator, type WhatsAppSimulator } from './whatsapp/index.ts'

export interface WorldOptions {
  /** The built executable, or a `.cjs` file for this Node; from source when absent. */
  readonly binary?: string
  /** Whether Telegram enforces its rate limits. */
  readonly rates?: boolean
  /** What the program has in its environment beside the certificate of the media host. */
  readonly env?: Readonly<Record<string, string>>
  /** Lines of the config under `messages`. */
  readonly messages?: readonly string[]
  /** What the media host calls itself. */
  readonly mediaName?: string
}

export const ownerId = 7001

/**
 * Both simulators on loopback, a private folder with a config for them, and the real program to run there: everything a
 * test from one end to the other needs, and what the demo shows.
 */
export class World implements AsyncDisposable {
  readonly wa: WhatsAppSimulator
  readonly tg: TelegramSimulator
  readonly owner: ReturnType<TelegramSimulator['addUser']>
  readonly folder: string
  /** Where the program may put temporary files: it has no reason to. */
  readonly temporary: string
  readonly #binary: string | undefined
  readonly #env: Readonly<Record<string, string>>
  readonly #programs = new Set<Program>()

  private constructor(parts: {
    wa: WhatsAppSimulator
    tg: TelegramSimulator
    folder: string
    binary: string | undefined
    env: Readonly<Record<string, string>>
  }) {
    this.wa = parts.wa
    this.tg = parts.tg
    this.folder = parts.folder
    this.temporary = join(parts.folder, 'tmp')
    // The program runs in a folder of its own.
    this.#binary = parts.binary && resolve(parts.binary)
    this.#env = parts.env
    this.owner = this.tg.addUser({ id: ownerId, first_name: 'Olivia' })
  }

  static async open({
    binary,
    rates = false,
    env = {},
    messages = [],
    mediaName,
  }: WorldOptions = {}): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'wa2tg-world-'))
    await mkdir(join(folder, 'tmp'))
    const wa = await startWhatsAppSimulator({ ...(mediaName !== undefined && { mediaName }) })
    const tg = await startTelegramSimulator({ rates })
    const world = new World({ wa, tg, folder, binary, env })
    await writeFile(join(folder, 'config.yaml'), world.config(messages), { mode: 0o600 })
    return world
  }

  /** No link is followed where nothing is said: it would lead out of this machine. */
  config(messages: readonly string[] = []): string {
    return [
      'telegram:',
      `  token: "${this.tg.token}"`,
      `  owners: [${ownerId}]`,
      `  api_root: "${this.tg.apiRoot}"`,
      'whatsapp:',
      '  server:',
      `    url: "${this.wa.url}"`,
      `    root_key: "${this.wa.rootKey}"`,
      `    media_host: "${this.wa.mediaHost}"`,
      'messages:',
      ...(messages.length > 0 ? messages : ['link_previews: false']).map(line => `  ${line}`),
      'data_dir: "data"',
      '',
    ].join('\n')
  }

  /** Starts `wa2tg` with these arguments and leaves it running. */
  start(...args: readonly string[]): Program {
    const program = new Program(args, {
      cwd: this.folder,
      env: { NODE_EXTRA_CA_CERTS: this.wa.caFile, TMPDIR: this.temporary, ...this.#env },
      ...(this.#binary === undefined ? {} : { binary: this.#binary }),
    })
    this.#programs.add(program)
    return program
  }

  /** Runs `wa2tg` with these arguments to its end. */
  async wa2tg(...args: readonly string[]): Promise<Outcome> {
    return await this.start(...args).ended
  }

  /** Links the program to the simulated account: `login`, and the phone scans the code. */
  async link(): Promise<Outcome> {
    const login = this.start('login', '--qr', 'text')
    const payload = await login.says(({ stdout }) =>
      stdout.split('\n').find(line => line.includes(',') && line.length > 100),
    )
    await this.wa.phone.scan(payload)
    return await login.ended
  }

  /** Links the program and maps Alice to a Telegram group of her own, in which the bot is an administrator. */
  async mapAlice() {
    const alice = this.wa.addContact({
      phone: '15550000002',
      lid: '900000000000002',
      name: 'Alice',
      pushName: 'Ali',
    })
    const group = this.tg.addSupergroup({ title: 'Alice', members: [this.owner], botRights: {} })
    const outcomes = [await this.link(), await this.wa2tg('map', 'add', 'Alice', String(group.id))]
    const failed = outcomes.find(({ code }) => code !== 0)
    if (failed) throw new Error(failed.stderr)
    return { alice, group }
  }

  /** Starts `wa2tg run` and waits until both sides are ready. */
  async run(...args: readonly string[]): Promise<Program> {
    const program = this.start('run', ...args)
    await program.says(({ stderr }) => stderr.includes('Ready'))
    return program
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs) await program[Symbol.asyncDispose]()
    await this.tg[Symbol.asyncDispose]()
    await this.wa[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }
}

export { eventually }
