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
    'SIGINT or SIGTERM stops it: jobs in flight finish, for 10 s at most; a second signal stops at once.',
    'Nothing is lost either way. The log goes to stderr.',
    'Ends with 0 when it was stopped, 1 when the bridge failed, 2 when a person must do something first:',
    'link WhatsApp, mend the token, or stop another wa2tg that uses the same data.',
  ],
  run: context => runUntilStopped(stop => carry(context, stop)),
}

const carry = async (context: Context, stop: AbortSignal): Promise<ExitCode> => {
  const config = await context.loadConfig({ needToken: true })
  const logger = await openCommandLog(context, config)
  const { openBridge } = await import('../../app.ts')
  await using bridge = await openBridge({ config, dataDir: config.dataDir, logger })
  bridge.onReady(() => logger.info('Ready: both sides are connected'))
  const blocked = new Promise<string>(resolve => bridge.onBlocked(resolve))
  const stopped = whenAborted(stop)
  if (!stop.aborted) await bridge.start()
  const problem = await Promise.race([stopped, blocked])
  logger.info(problem === undefined ? 'Stopping' : 'Stopping: this needs a person')
  await bridge.stop({ graceMs: GRACE_MS })
  if (problem !== undefined) throw new UserError(problem)
  return 0
}

const whenAborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise(resolve => {
    if (signal.aborted) return resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
