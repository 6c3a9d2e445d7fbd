import { openBaileys } from '../../../src/whatsapp/baileys/connection.ts'
import { RecordingBridge, silentLogger } from '../support.ts'

/** A bridge of one connection that runs until it is killed. */
const [dir = '', url = '', rootKey = ''] = process.argv.slice(2)
const bridge = new RecordingBridge(dir)
const connection = openBaileys({
  sessions: bridge.sessions,
  inbox: bridge,
  findMessage: () => undefined,
  logger: silentLogger(),
  server: { url, rootKey, mediaHost: '127.0.0.1:1' },
  timing: { firstPause: 20, longestPause: 100 },
})
await connection.start()
setInterval(() => undefined, 60_000)
