import { migrations } from '../../src/store/migrations/index.ts'
import { files, samples } from '../../test/simulators/samples.ts'
import type { World } from '../../test/simulators/world.ts'
import { downgrade, reactPlainly } from './old-database.ts'
import { line, type Pair } from './stage.ts'

/** Where something happens. `words` are new each time. */
export interface Scene {
  readonly world: World
  readonly pair: Pair
  readonly words: string
}

type Act = (scene: Scene) => Promise<void> | void

/** Something that happens to a bridge, and what a person sees of it afterwards, which is noted with the chat. */
export interface Flow {
  readonly name: string
  readonly where: 'chat' | 'group'
  /** It happens before the bridge is started, not when it is ready. */
  readonly offline: boolean
  readonly act: Act
}

const say = ({ pair }: Scene, content: Parameters<Pair['contact']['send']>[0]): Promise<string> =>
  pair.contact.send(content, { ...(pair.family && { to: pair.family }) })
const to = ({ pair }: Scene) => ({ ...(pair.family && { to: pair.family }) })

const textToTelegram: Act = async scene => {
  scene.pair.telegram.push(line('text', scene.words))
  await say(scene, samples.text(scene.words))
}
const textToWhatsApp: Act = ({ world, pair, words }) => {
  pair.whatsapp.push(line('text', words))
  world.owner.sends(pair.chat, words)
}

const acts: Readonly<Record<string, Act>> = {
  'text to Telegram': textToTelegram,
  'text to WhatsApp': textToWhatsApp,
  async 'photo to Telegram'(scene) {
    scene.pair.telegram.push(line('photo', scene.words))
    await say(scene, await samples.photo(scene.world.wa.media, scene.words))
  },
  'file to WhatsApp'({ world, pair, words }) {
    pair.whatsapp.push(line('document', words))
    world.owner.sends(pair.chat, { document: { bytes: files.pdf(), name: 'a.pdf' }, caption: words })
  },
  async 'album to Telegram'(scene) {
    const { pair, world, words } = scene
    const items = await Promise.all([1, 2].map(n => samples.photo(world.wa.media, `${words} item ${n}`)))
    pair.telegram.push(...[1, 2].map(n => line('photo', `${words} item ${n}`)))
    await pair.contact.acts.album(items, to(scene))
  },
  async 'edit to Telegram'(scene) {
    scene.pair.telegram.push(line('text', `${scene.words} edited`))
    const id = await say(scene, samples.text(scene.words))
    await scene.pair.contact.acts.edit(id, `${scene.words} edited`, to(scene))
  },
  'edit to WhatsApp'({ world, pair, words }) {
    pair.whatsapp.push(line('text', `${words} edited`))
    const { message_id: id } = world.owner.sends(pair.chat, words)
    world.owner.edits(pair.chat, id, `${words} edited`)
  },
  async 'reaction to Telegram'(scene) {
    scene.pair.telegram.push(line('text', scene.words, ['👍']))
    const id = await say(scene, samples.text(scene.words))
    await scene.pair.contact.acts.react(id, '👍', to(scene))
  },
  'reaction to WhatsApp'({ world, pair, words }) {
    pair.whatsapp.push(line('text', words, ['👍']))
    const { message_id: id } = world.owner.sends(pair.chat, words)
    world.owner.reacts(pair.chat, id, '👍')
  },
  async 'deletion to Telegram'(scene) {
    const id = await say(scene, samples.text(scene.words))
    await scene.pair.contact.acts.revoke(id, to(scene))
    await textToTelegram({ ...scene, words: `${scene.words} behind it` })
  },
  async 'deletion to WhatsApp'(scene) {
    const { world, pair, words } = scene
    const { message_id: id } = world.owner.sends(pair.chat, words)
    world.owner.sends(pair.chat, { text: '/delete', reply_to: id })
    await textToWhatsApp({ ...scene, words: `${words} behind it` })
  },
}

/** What happens to a connection while messages cross. */
const breaks: Readonly<Record<string, Act>> = {
  'a cut connection': ({ world }) => world.wa.dropConnection(),
  'a new connection that WhatsApp asks for': ({ world }) => world.wa.streamError(515),
}

const everyAct = (where: Flow['where']): Flow[] =>
  Object.entries(acts).flatMap(([name, act]) =>
    [false, true].map(offline => ({
      name: `${name}${where === 'group' ? ' (group)' : ''}, ${offline ? 'offline' : 'live'}`,
      where,
      offline,
      act,
    })),
  )

const inTheMiddle = (name: string, act: Act): Flow => ({
  name,
  where: 'chat',
  offline: false,
  async act(scene) {
    await textToTelegram({ ...scene, words: `${scene.words} before` })
    await act(scene)
    await textToTelegram({ ...scene, words: `${scene.words} behind` })
    await textToWhatsApp(scene)
  },
})

/** How many databases were put back into an earlier schema: each time into another one. */
let downgrades = 0

/** Not beside the others: jobs of reactions, for instance, the first release could not have left behind. */
export const oldDatabase: Flow = {
  name: 'a database of an earlier release',
  where: 'chat',
  offline: true,
  async act(scene) {
    downgrade(scene.world.folder, 1 + (downgrades % (migrations.length - 1)))
    downgrades += 1
    await textToTelegram(scene)
    await textToWhatsApp(scene)
  },
}

/** The key that the data are sealed with at each start, in a world of its own. */
export const sealed = { WA2TG_KEY: '0123456789abcdef'.repeat(4) }

/** The seal is taken off, and the next start puts it on again. */
export const sealing: Flow = {
  name: 'a start that seals the data',
  where: 'chat',
  offline: true,
  async act(scene) {
    const { code, stderr } = await scene.world.wa2tg('unseal')
    if (code !== 0) throw new Error(stderr)
    await textToTelegram(scene)
    await textToWhatsApp(scene)
  },
}

/** Data that are sealed, in which an earlier release left something as it was. */
export const resealing: Flow = {
  name: 'a start that seals what was left',
  where: 'chat',
  offline: true,
  async act(scene) {
    reactPlainly(scene.world.folder)
    await textToTelegram(scene)
    await textToWhatsApp(scene)
  },
}

/** What every life comes past is died at here first. */
const start: Flow = { name: 'a start', where: 'chat', offline: false, act: () => undefined }
/** The same for data that are sealed, and need nothing. */
export const sealedStart: Flow = { ...start, name: 'a start with data that are sealed' }

export const flows: readonly Flow[] = [
  start,
  ...everyAct('chat'),
  ...everyAct('group'),
  ...Object.entries(breaks).map(([name, act]) => inTheMiddle(name, act)),
]
