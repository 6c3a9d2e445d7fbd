import { Command as Commander, InvalidArgumentError, Option } from 'commander'
import { type LogLevel, logLevels } from '../support/log.ts'
import type { Command, Context, Process } from './command.ts'
import type { CommandEntry } from './commands.ts'
import { commands, groupSummaries } from './commands.ts'
import { openOutput, type Sink } from './output.ts'
import { UsageError } from './usage-error.ts'
import type { ExitCode } from './user-error.ts'
import { version } from './version.ts'

/** Builds the command line from the table. A command's module is loaded when it is called, not before. */
export const buildProgram = (process: Process, onResult: (code: ExitCode) => void): Commander => {
  const program = prepare(new Commander('wa2tg'), process)
    .description('Read and answer WhatsApp inside Telegram.')
    .version(version, '-V, --version', 'print the version')
    .option('--config <file>', 'the config file to use', nameOfA('file'))
    .option('--data-dir <dir>', 'where the session and the mappings are kept', nameOfA('folder'))
    .option('--json', 'print data as JSON, and log as JSON on a terminal too')
    .addOption(new Option('--log-level <level>', 'how much is logged').choices(logLevels))
    .addHelpText('after', helpTail)
    // One look shows all there is: `map add` instead of `map`.
    .configureHelp({ showGlobalOptions: true, visibleCommands: leavesOf, subcommandTerm: termOf })
  for (const entry of commands) addCommand(program, entry, { process, onResult })
  return program
}

/** A variable of the shell that is not set leaves nothing, which would be the folder where the command is typed. */
const nameOfA =
  (what: 'file' | 'folder') =>
  (typed: string): string => {
    if (typed === '') throw new InvalidArgumentError(`It is empty: name a ${what}.`)
    return typed
  }

const leavesOf = (command: Commander): Commander[] =>
  command.commands.flatMap(child => (child.commands.length > 0 ? leavesOf(child) : [child]))

/** `map add <whatsapp> <telegram>`: the command's name without the program's, and its arguments. */
const termOf = (command: Commander): string =>
  [
    nameOf(command).replace(/^wa2tg /, ''),
    ...command.registeredArguments.map(argument =>
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    ),
  ].join(' ')

const helpTail = `
Start with:
  wa2tg login
  wa2tg map add "Family" -1001234567890
  wa2tg run
Every command has a help of its own: wa2tg map add -h`

interface Surroundings {
  readonly process: Process
  readonly onResult: (code: ExitCode) => void
}

const addCommand = (program: Commander, entry: CommandEntry, { process, onResult }: Surroundings): void => {
  const words = entry.name.split(' ')
  const parent = words.slice(0, -1).reduce((node, word) => findOrAddGroup(node, word, process), program)
  const node = prepare(new Commander(words.at(-1)), process)
    .summary(entry.summary)
    .description(entry.summary)
  for (const [notation, about] of entry.arguments) node.argument(notation, about)
  parent.addCommand(node)
  parent.hook('preSubcommand', async (_, chosen) => {
    if (chosen !== node) return
    const { command } = await entry.load()
    for (const { flags, about, choices } of command.options ?? []) {
      const option = new Option(flags, about)
      node.addOption(choices === undefined ? option : option.choices(choices))
    }
    node.addHelpText('after', ({ error }) => {
      const width = helpWidth(error ? process.stderr : process.stdout)
      return renderHelpTail(command, (text, indent = '') =>
        node
          .createHelp()
          .boxWrap(text, width - indent.length)
          .replaceAll(/^/gm, indent),
      )
    })
    node.action(async () => {
      onResult(await command.run(contextOf(program, node, process)))
    })
  })
}

const renderHelpTail = (
  { examples, notes = [] }: Command,
  wrap: (text: string, indent?: string) => string,
): string => {
  const lines = examples.map(([typed, effect]) => `  ${typed}\n${wrap(effect, '      ')}`)
  const paragraphs = notes.map(note => `\n${wrap(note)}`)
  return ['', 'Examples:', ...lines, ...paragraphs].join('\n')
}

/** Longer lines are hard to read, and a terminal breaks them anywhere. */
const helpWidth = ({ columns }: Sink): number => Math.min(100, columns || 100)

const findOrAddGroup = (parent: Commander, word: string, process: Process): Commander => {
  const known = parent.commands.find(command => command.name() === word)
  if (known !== undefined) return known
  const group = prepare(new Commander(word), process)
    .summary(groupSummaries[word] ?? '')
    .description(groupSummaries[word] ?? '')
  parent.addCommand(group)
  return group
}

/** Settings that every level of the command line shares. */
const prepare = (command: Commander, { stdout, stderr }: Process): Commander =>
  command
    .exitOverride(error => {
      throw new UsageError(error, nameOf(command))
    })
    .configureOutput({
      writeOut: text => stdout.write(text),
      writeErr: text => stderr.write(text),
      // The message is printed once, by `runCli`.
      outputError: () => undefined,
      getOutHelpWidth: () => helpWidth(stdout),
      getErrHelpWidth: () => helpWidth(stderr),
    })
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })

/** `wa2tg map add`. */
const nameOf = (command: Commander): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`

interface GlobalOptions {
  readonly config?: string
  readonly dataDir?: string
  readonly json?: true
  readonly logLevel?: LogLevel
}

const contextOf = (program: Commander, node: Commander, process: Process): Context => {
  const { config: configFile, dataDir, json = false, logLevel } = showNumbers<GlobalOptions>(program.opts())
  const output = openOutput({ stdout: process.stdout, stderr: process.stderr, json })
  const asked = {
    ...(configFile === undefined ? {} : { configFile }),
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(logLevel === undefined ? {} : { logLevel }),
  }
  return {
    args: node.args.map(showNumber),
    options: showNumbers(node.opts()),
    ...(logLevel === undefined ? {} : { logLevel }),
    output,
    env: process.env,
    stdin: process.stdin,
    loadConfig: async ({ needToken = false } = {}) => {
      const { loadConfig } = await import('../config/load.ts')
      const { config, warnings } = await loadConfig({
        env: process.env,
        cwd: process.cwd,
        needToken,
        ...asked,
      })
      for (const warning of warnings) output.note(`Warning: ${warning}`)
      return config
    },
  }
}

/**
 * Telegram's group ids begin with a minus, and commander would take `-1001234567890/42` for options. A mark that nobody can
 * type goes before each such word on the way in and is taken off on the way out.
 */
const MARK = '\u0000'
export const hideNumbers = (argv: readonly string[]): string[] =>
  argv.map(word => (/^-\d/.test(word) ? `${MARK}${word}` : word))
const showNumber = (word: string): string => word.replaceAll(MARK, '')
const showNumbers = <T extends object>(options: T): T =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      typeof value === 'string' ? showNumber(value) : value,
    ]),
  ) as T
