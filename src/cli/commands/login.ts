import { addressOfPhone, phoneOf, userOf } from '../../whatsapp/address.ts'
import { LoginError, type LoginFailure, type LoginStep } from '../../whatsapp/connection.ts'
import type { Command, Context } from '../command.ts'
import { openCommandLog } from '../open-log.ts'
import { printable } from '../output.ts'
import { openQrDisplay } from '../qr-code.ts'
import { runUntilStopped } from '../stop-signals.ts'
import { type ExitCode, UserError } from '../user-error.ts'

export const command: Command = {
  options: [
    {
      flags: '--pairing-code <phone>',
      about: 'type a code into the phone with this number instead of scanning',
    },
    {
      flags: '--qr <form>',
      about: 'how to show the QR code: drawn in the terminal, or its raw text, one a line on stdout',
      choices: ['terminal', 'text'],
    },
  ],
  examples: [
    ['wa2tg login', 'shows a QR code; scan it with the phone'],
    ['wa2tg login --pairing-code +15550000001', 'gives a code to type into that phone'],
    ['wa2tg login --qr text', 'prints what the QR code holds, for a program of your own to draw'],
  ],
  notes: [
    'Ends with 0 when this machine is linked (also when it was before), 1 when the phone did not answer in time, the login was broken off or there is no network (try again), 2 when WhatsApp refused or the command must be changed.',
  ],
  run: context => runUntilStopped(stop => login(context, stop)),
}

const login = async (context: Context, stop: AbortSignal): Promise<ExitCode> => {
  const { output, options } = context
  const phone = readPhone(options['pairingCode'])
  const config = await context.loadConfig()
  const logger = await openCommandLog(context, config, context.logLevel ?? 'warn')
  const { openWhatsAppFor } = await import('../../app.ts')
  await using opened = await openWhatsAppFor({ config, dataDir: config.dataDir, logger, command: 'login' })
  using display = openQrDisplay(output.stderr, SCAN)
  const show = openPresenter(context, display)
  try {
    const steps = opened.whatsapp.login({ signal: stop, ...(phone === undefined ? {} : { phone }) })
    for await (const step of steps) {
      show(step)
      if (step.kind === 'linked') sayWhatFollows(context, step, opened.linked(step))
    }
    return 0
  } catch (error) {
    if (!(error instanceof LoginError)) throw error
    if (error.reason === 'alreadyLinked') {
      const { account = '', name } = opened.whatsapp.status
      output.note(
        `Already linked${nameAccount(account, name)}. To link another account, or where the phone does not list this machine any more, type first: wa2tg logout`,
      )
      if (output.json) output.data({ linked: true, already: true, account, name }, () => '')
      return 0
    }
    throw new UserError(error.message, { ...remedies[error.reason], cause: error })
  }
}

const sayWhatFollows = (
  { output }: Context,
  { account, name }: Extract<LoginStep, { kind: 'linked' }>,
  { givenUp, isMapped }: { readonly givenUp: number; readonly isMapped: boolean },
): void => {
  output.note(`Linked${nameAccount(account, name)}. Next, type: wa2tg ${isMapped ? 'run' : 'chats'}`)
  if (isMapped) output.note('What came in WhatsApp while this machine was not linked is on the phone alone')
  if (givenUp > 0) output.note(leftBehind(givenUp))
  if (output.json) output.data({ linked: true, already: false, account, name }, () => '')
}

const leftBehind = (count: number): string =>
  `This is another account than before: ${count} of what waited for WhatsApp was written for that one and will not be sent. Telegram says so in each chat, under the first, when the bridge runs`

const readPhone = (typed: string | boolean | undefined): string | undefined => {
  if (typeof typed !== 'string') return undefined
  const address = addressOfPhone(typed)
  if (address === undefined) {
    throw new UserError(`"${typed}" is no phone number in international form`, {
      hint: 'Type the country code first: wa2tg login --pairing-code +15550000001',
    })
  }
  return userOf(address)
}

/** Exit codes by what went wrong, and what to do where the message does not say it. */
const remedies: Record<Exclude<LoginFailure, 'alreadyLinked'>, { exitCode: 1 | 2; hint?: string }> = {
  refused: {
    exitCode: 2,
    hint: 'Make room under Linked devices, update WhatsApp on the phone, then type: wa2tg login',
  },
  turnedAway: { exitCode: 2, hint: 'Whether this machine is linked says: wa2tg status' },
  passkey: {
    exitCode: 2,
    hint: 'Some could link after they had deleted it on the phone (Settings → Account → Passkeys), or days later; else take another account. Then type: wa2tg login',
  },
  noCode: {
    exitCode: 2,
    hint: 'Look at the number and wait an hour, or scan a QR code instead: wa2tg login',
  },
  outdated: { exitCode: 2, hint: 'Then type: wa2tg login' },
  timedOut: { exitCode: 1 },
  noNetwork: { exitCode: 1 },
  aborted: { exitCode: 1 },
}

/** ` as Olivia, +15550000001`. */
const nameAccount = (account: string, name: string | undefined): string => {
  const words = [name, phoneOf(account) ?? account].filter(Boolean)
  return words.length === 0 ? '' : ` as ${printable(words.join(', '))}`
}

const SCAN =
  'On the phone: WhatsApp → Settings → Linked devices → Link a device, and scan (again, if it cannot link and another code appears here):'

const openPresenter = (
  { output, options }: Context,
  display: ReturnType<typeof openQrDisplay>,
): ((step: LoginStep) => void) => {
  const asText = options['qr'] === 'text'
  let advised = false
  const advise = (advice: string, again?: string) => {
    const words = advised ? again : advice
    if (words !== undefined) output.note(words)
    advised = true
  }
  return step => {
    switch (step.kind) {
      case 'qr':
        advise(SCAN)
        if (asText) output.stdout.write(`${step.payload}\n`)
        else display.show(step.payload)
        return
      case 'code':
        advise(
          'On the phone: WhatsApp → Settings → Linked devices → Link a device → Link with phone number instead, and type:',
          'That code counts no longer; type this one:',
        )
        output.stdout.write(`${step.code.slice(0, 4)}-${step.code.slice(4)}\n`)
        return
      case 'pairing':
        display[Symbol.dispose]()
        return output.note('The phone agrees; connecting as its linked device…')
      case 'syncing':
        return output.note('Linked; the phone sends its list of chats…')
      case 'linked':
        return
      default:
        return step satisfies never
    }
  }
}
