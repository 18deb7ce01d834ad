import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { privateFile, privateFolder } from '#platform/files/durable.ts'

const Ticket = z.object({ id: z.string(), titleId: z.string(), partBytes: z.int().positive(), partUrls: z.array(z.url()) })
/** Where the parts of one upload are sent. `PUT` part n of the file to the nth address. */
export type Ticket = Readonly<z.infer<typeof Ticket>>

/** The ticket of one film in a folder. NOTE: its addresses are signed: who has them can upload. */
export type Tickets = {
  /** The ticket that was kept, when it is still good; null otherwise. */
  readonly find: (isGood: (ticket: Ticket) => Promise<boolean>) => Promise<Ticket | null>
  readonly keep: (ticket: Ticket) => Promise<void>
  readonly drop: () => Promise<void>
}

/** What is kept belongs to one film with all that is said of it; without a folder nothing is kept. */
export const ticketsIn = (dir: string | undefined, film: Readonly<Record<string, unknown>>): Tickets => {
  if (dir === undefined) return { find: async () => null, keep: async () => undefined, drop: async () => undefined }
  const file = join(dir, `${createHash('sha256').update(JSON.stringify(film)).digest('hex')}.json`)
  return {
    find: async (isGood) => {
      const kept = await readTicket(file)
      return kept !== null && !hasExpired(kept) && (await isGood(kept)) ? kept : null
    },
    keep: async (ticket) => {
      await mkdir(dir, { recursive: true, mode: privateFolder })
      await writeFile(`${file}.new`, JSON.stringify(ticket), { mode: privateFile })
      await rename(`${file}.new`, file)
    },
    drop: () => rm(file, { force: true }),
  }
}

/** Null for one that is not there or was cut off. */
const readTicket = async (file: string): Promise<Ticket | null> => {
  const text = await readFile(file, 'utf8').catch(() => '')
  try {
    return Ticket.parse(JSON.parse(text))
  } catch {
    return null
  }
}

const hasExpired = ({ partUrls: [url = ''] }: Ticket): boolean =>
  Number(URL.parse(url)?.searchParams.get('expires') ?? 0) * 1000 <= Date.now()
