import { statSync } from 'node:fs'
import type { End } from '../../app/watch.ts'
import { storePath } from '../../store/data-folder.ts'
import type { Command, Context } from '../command.ts'
import { openCommandLog } from '../open-log.ts'
import { runUntilStopped } from '../stop-signals.ts'
import { type ExitCode, UserError } from '../user-error.ts'

/** For how long jobs in flight may finish after the first request to stop, in milliseconds. */
const GRACE_MS = 10_000

export const command: Command = {
  examples: [
    ['wa2tg run', 'carries messages until Ctrl-C'],
    ['wa2tg run --json 2>> wa2tg.log', 'logs one JSON object a line'],
    ['TELEGRAM_BOT_TOKEN=123456:ABC wa2tg run', 'takes the token from the environment'],
  ],
  notes: [
    'SIGINT or SIGTERM stops it: jobs in flight finish, for 10 s at most; a second signal stops at once. Nothing is lost either way. The log goes to stderr.',
    'Ends with 0 when it was stopped, 1 when the bridge failed and should be started again, 2 when a person must do something first: link WhatsApp, mend the token, or stop another program that uses the link. What happens to the link while it runs is told to the first owner in Telegram, too.',
  ],
  run: context => runUntilStopped(stop => carry(context, stop)),
}

const carry = async (context: Context, stop: AbortSignal): Promise<ExitCode> => {
  const config = await context.loadConfig({ needToken: true })
  const logger = await openCommandLog(context, config)
  const { openBridge } = await import('../../app.ts')
  const isNew = isMissing(storePath(config.dataDir))
  await using bridge = await openBridge({ config, dataDir: config.dataDir, logger })
  if (isNew) logger.warn({}, NEW)
  bridge.onReady(() => logger.info('Ready: both sides are connected'))
  const ended = new Promise<End>(resolve => bridge.onEnd(resolve))
  const stopped = whenAborted(stop)
  if (!stop.aborted) await bridge.start()
  const end = await Promise.race([stopped, ended])
  logger.info(end === undefined ? 'Stopping' : `Stopping: this needs a ${end.needs}`)
  await bridge.stop({ graceMs: GRACE_MS })
  if (end !== undefined) throw new UserError(end.problem, { exitCode: end.needs === 'person' ? 2 : 1 })
  return 0
}

/** A power cut may leave an empty file. */
const isMissing = (path: string): boolean => {
  try {
    return !statSync(path, { throwIfNoEntry: false })?.size
  } catch {
    // Who opens it says what is wrong.
    return false
  }
}

const NEW =
  'The data folder is new: where you have linked this machine already, the disk that holds its data may not be mounted'

const whenAborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise(resolve => {
    if (signal.aborted) return resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
