import { createInterface } from 'node:readline/promises'
import type { Command, Context } from '../command.ts'
import { openCommandLog } from '../open-log.ts'
import { type ExitCode, UserError } from '../user-error.ts'

export const command: Command = {
  options: [{ flags: '--yes', about: 'do not ask first' }],
  examples: [
    ['wa2tg logout', 'asks, then unlinks'],
    ['wa2tg logout --yes', 'unlinks without asking'],
  ],
  notes: ['The session is wiped from this machine. Mappings and undelivered messages stay.'],
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
  await using opened = await openWhatsAppFor({ config, dataDir: config.dataDir, logger })
  await opened.whatsapp.logout()
  output.note('Unlinked; the mappings are kept. To link again, type: wa2tg login')
  if (output.json) output.data({ linked: false }, () => '')
  return 0
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
