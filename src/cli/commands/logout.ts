import { createInterface } from 'node:readline/promises'
import { systemClock } from '../../support/clock.ts'
import type { WhatsAppConnection } from '../../whatsapp/connection.ts'
import type { Command, Context } from '../command.ts'
import { openCommandLog } from '../open-log.ts'
import { type ExitCode, UserError } from '../user-error.ts'

/** How long WhatsApp may take to be reached, in milliseconds. */
const REACH_MS = 10_000
/** For so long nothing more of what waits may come before it is given up, in milliseconds. */
const QUIET_MS = 15_000
/** The same where as much has come as WhatsApp had announced, and its word that this is all has not. */
const UNMARKED_MS = 3000

export const command: Command = {
  options: [{ flags: '--yes', about: 'do not ask first' }],
  examples: [
    ['wa2tg logout', 'asks, then unlinks'],
    ['wa2tg logout --yes', 'unlinks without asking'],
  ],
  notes: [
    'The session is wiped from this machine, when what waited for it at WhatsApp has come. Mappings stay, and undelivered messages for when the same account is linked again: in the name of another one they do not go.',
    'Ends with 1 when WhatsApp could not be told: remove the device on the phone then.',
  ],
  run: logout,
}

async function logout(context: Context): Promise<ExitCode> {
  const { options, output } = context
  const config = await context.loadConfig()
  if (options['yes'] !== true && !(await confirm(context))) {
    output.note('Nothing was changed')
    return 1
  }
  const logger = await openCommandLog(context, config, context.logLevel ?? 'warn')
  const { openWhatsAppFor } = await import('../../app.ts')
  await using opened = await openWhatsAppFor({ config, dataDir: config.dataDir, logger, command: 'logout' })
  const { whatsapp } = opened
  const linked = whatsapp.status.state !== 'unlinked'
  if (linked) await whatsapp.start()
  const wasReached = linked && (await isReached(whatsapp))
  const isAllHere = !linked || (wasReached && (await catchUp(whatsapp)))
  // The line may have broken meanwhile.
  if (wasReached) await isReached(whatsapp)
  const wasFaster = whatsapp.status.state === 'logged_out'
  const isTold = (await whatsapp.logout()) || wasFaster
  output.note(farewell(linked, isTold))
  if (!isAllHere)
    output.note(
      'What waited at WhatsApp for this machine may not all have come: the rest is on the phone alone',
    )
  if (output.json) output.data({ linked: false, unlinkedAtWhatsApp: isTold }, () => '')
  return linked && !isTold ? 1 : 0
}

const farewell = (linked: boolean, isTold: boolean): string => {
  if (!linked) return 'This machine is not linked. To link it, type: wa2tg login'
  return isTold
    ? 'Unlinked; the mappings are kept. To link again, type: wa2tg login'
    : 'The session is wiped here, but WhatsApp could not be told. Remove this device on the phone: Settings → Linked devices'
}

/** WhatsApp can only be told over a connection. Resolves whether there is one, or needs none (the phone was faster). */
const isReached = async (whatsapp: WhatsAppConnection): Promise<boolean> => {
  const deadline = systemClock.steady() + REACH_MS
  while (systemClock.steady() < deadline) {
    const { state } = whatsapp.status
    if (state === 'connected' || state === 'logged_out') return true
    if (state === 'stopped') return false
    await systemClock.sleep(50)
  }
  return false
}

/**
 * What waits at WhatsApp for this machine waits for no other, a new link of it included: it is taken in first. Resolves
 * whether that was all, as WhatsApp has said.
 */
const catchUp = async (whatsapp: WhatsAppConnection): Promise<boolean> => {
  let [done, total] = [0, 0]
  for (let since = systemClock.steady(); ; await systemClock.sleep(50)) {
    const hasAnnounced = total > 0 && done === total
    if (systemClock.steady() - since >= (hasAnnounced ? UNMARKED_MS : QUIET_MS)) return hasAnnounced
    const { state, upToDate = false, catchingUp } = whatsapp.status
    if (state === 'logged_out' || upToDate) return true
    if (catchingUp === undefined || (catchingUp.done === done && catchingUp.total === total)) continue
    ;({ done, total } = catchingUp)
    since = systemClock.steady()
  }
}

const confirm = async ({ stdin, output }: Context): Promise<boolean> => {
  if (stdin.isTTY !== true) {
    throw new UserError('This unlinks the WhatsApp account, and there is nobody to ask', {
      hint: 'To go ahead, type: wa2tg logout --yes',
    })
  }
  output.stderr.write('Unlink this machine from WhatsApp? [y/N] ')
  const lines = createInterface({ input: stdin })
  try {
    for await (const answer of lines) return /^y(es)?$/i.test(answer.trim())
    return false
  } finally {
    lines.close()
  }
}
