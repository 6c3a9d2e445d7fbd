import { readQrCode } from '../../test/simulators/camera.ts'
import type { Program } from '../../test/simulators/program.ts'
import { World } from '../../test/simulators/world.ts'
import { command, output } from './show.ts'

/** The people and chats of the demo. */
export const openStage = async () => {
  // Appointments show the time of where the program runs: let it be the same everywhere.
  const world = await World.open({ env: { TZ: 'UTC' } })
  const { wa, tg, owner } = world
  const alice = wa.addContact({
    phone: '15550000002',
    lid: '900000000000002',
    name: 'Alice',
    pushName: 'Ali',
  })
  const bob = wa.addContact({ phone: '15550000003', lid: '900000000000003', name: 'Bob', pushName: 'Bobby' })
  const school = wa.addGroup({ subject: 'School 4b', participants: [alice, bob], addressing: 'lid' })
  const family = tg.addSupergroup({ title: 'Alice on WhatsApp', members: [owner], botRights: {} })
  const forum = tg.addSupergroup({ title: 'WhatsApp', forum: true, members: [owner], botRights: {} })
  const topic = forum.addTopic({ name: 'School 4b' })
  const stage = {
    world,
    alice,
    bob,
    school,
    family,
    forum,
    topic,
    bridge: undefined as Program | undefined,

    /** Runs a command to its end and shows it as a person would see it. */
    async type(...args: string[]): Promise<void> {
      command(args)
      const { code, stdout, stderr } = await world.wa2tg(...args)
      output(stderr + stdout)
      if (code !== 0) throw new Error(`"wa2tg ${args.join(' ')}" ended with ${code}`)
    },

    /** `wa2tg login`; the simulated phone reads the code off the screen with its camera. */
    async login(): Promise<void> {
      command(['login'])
      const login = world.start('login')
      const payload = await login.says(({ stdout, stderr }) => readQrCode(stderr + stdout))
      output(login.stderr + login.stdout)
      const shown = login.stderr.length
      await wa.phone.scan(payload)
      const { code, stderr } = await login.ended
      output(stderr.slice(shown))
      if (code !== 0) throw new Error(`The login ended with ${code}`)
    },

    async run(): Promise<void> {
      command(['run'])
      stage.bridge = await world.run()
    },

    async [Symbol.asyncDispose](): Promise<void> {
      await world[Symbol.asyncDispose]()
    },
  }
  return stage
}

export type Stage = Awaited<ReturnType<typeof openStage>>
