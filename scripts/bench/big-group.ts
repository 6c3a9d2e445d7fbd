/**
 * Measures the first message to a large WhatsApp group from a slow disk: a linked bridge on loopback sends one text to a group
 * in which each person has a phone that it has no session with, and then another one. Every commit of the session takes
 * as long as said, as on an SD card. Prints how long each took until WhatsApp's ack, at the first attempt, and how many
 * commits that were; fails where it is not sent.
 *
 *   node scripts/bench/big-group.ts [people] [milliseconds for each commit]
 *
 * Both sides are in this process, so the time in which all the simulated phones read it is in there, too: it is nearly all of the
 * second one's.
 */
import '../../test/simulators/whatsapp/quiet.ts'
import { openBaileys } from '../../src/whatsapp/baileys/connection.ts'
import { trustTestCa } from '../../test/simulators/whatsapp/media-server.ts'
import { Linked } from '../../test/whatsapp/baileys/linked.ts'
import { silentLogger } from '../../test/whatsapp/support.ts'

const [people = 500, commit = 30] = process.argv.slice(2).map(Number)

trustTestCa()
await using linked = await Linked.link()
const { wa, bridge } = linked
const all = Array.from({ length: people }, (_, number) => wa.addContact({ pushName: `P${number}` }))
const group = wa.addGroup({ subject: 'Many', participants: all })
await linked.connection[Symbol.asyncDispose]()

const { sessions } = bridge
const pause = new Int32Array(new SharedArrayBuffer(4))
let commits = 0
linked.connection = openBaileys({
  sessions: {
    ...sessions,
    set: (changes, options) => {
      commits += 1
      // A commit holds up everything, as SQLite does.
      Atomics.wait(pause, 0, 0, commit)
      sessions.set(changes, options)
    },
  },
  inbox: bridge,
  findMessage: () => undefined,
  logger: silentLogger(),
  server: { url: wa.url, rootKey: wa.rootKey, mediaHost: wa.mediaHost },
})
await linked.start()

console.log('| Message | Commits | Until the ack |\n|---|---|---|')
for (const words of ['first', 'second']) {
  const before = commits
  const began = performance.now()
  await linked.deliver(words, { chat: `whatsapp:${group.jid}` })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`| the ${words} | ${commits - before} | ${seconds} s |`)
}
const read = all.filter(({ inbox }) => inbox.length === 2).length
console.log(`${read} of ${people} have both.`)
