import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Maturity, parseInput } from '#platform/contracts/fields.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { openSecrets } from '#platform/identity/secrets.ts'
import { sentenceFor } from '#platform/process/lifecycle.ts'
import { operatorEmail } from '../prisma/seed/members.ts'
import { ingestFilm } from './ingest.ts'
import type { Links } from './links.ts'

const usage = 'npm run ingest -- film.mp4 --title "Name" [--kind film|episode] [--maturity 12] [--genre Drama …] [--data DIR]\n'

/** Undefined where help is wanted. */
const readArguments = () => {
  const options = {
    title: { type: 'string' },
    kind: { type: 'string', default: 'film' },
    maturity: { type: 'string', default: '0' },
    genre: { type: 'string', multiple: true, default: [] as string[] },
    data: { type: 'string', default: process.env.CINEGRAPH_DATA ?? '.cinegraph' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (values.help) return undefined
  const [file, ...more] = positionals
  const kind = values.kind === 'film' ? 'FILM' : values.kind === 'episode' ? 'EPISODE' : undefined
  if (file === undefined || values.title === undefined || kind === undefined)
    throw new CinegraphError('PROCESS_FAILED', { why: `Usage: ${usage}` })
  if (more.length > 0)
    throw new CinegraphError('PROCESS_FAILED', { why: `One film at a time: ${file} and ${more.join(', ')} were given. ${usage}` })
  const maturity = parseInput('--maturity', Maturity, Number(values.maturity))
  return { film: { file: resolve(file), title: values.title, kind, maturity, genres: values.genre } as const, data: resolve(values.data) }
}

/** One line that is drawn over itself on a terminal, and one line per step elsewhere. */
const progressLine = () => {
  let last = ''
  return (step: string, percent: number): void => {
    if (process.stderr.isTTY)
      process.stderr.write(
        `\r${step.padEnd(12)} ${'█'.repeat(Math.round(percent / 4)).padEnd(25, '·')} ${percent.toFixed(0).padStart(3)} %`,
      )
    else if (step !== last) process.stderr.write(`${step}\n`)
    last = step
  }
}

const ingest = async ({ film, data }: NonNullable<ReturnType<typeof readArguments>>): Promise<void> => {
  const links = JSON.parse(
    await readFile(join(data, 'links.json'), 'utf8').catch(() => {
      throw new CinegraphError('PROCESS_FAILED', {
        why: `There is no running service in ${data}. Run \`npm start\` first, or name its folder with --data DIR.`,
      })
    }),
  ) as Links
  const { operatorPassword } = await openSecrets(data).pick('operatorPassword')
  const { titleId } = await ingestFilm(film, {
    supergraph: links.supergraph,
    operator: { email: operatorEmail, password: operatorPassword },
    onProgress: progressLine(),
    ticketDir: join(data, 'ingest'),
  })
  process.stderr.write('\n')
  process.stdout.write(`${film.title} is playable: ${links.web}/#/title/${titleId}\n`)
}

try {
  const wanted = readArguments()
  if (wanted === undefined) process.stdout.write(`Usage: ${usage}`)
  else await ingest(wanted)
} catch (error) {
  process.stderr.write(`\n${sentenceFor(error) ?? (error instanceof Error ? error.message : String(error))}\n`)
  process.exitCode = 1
}
