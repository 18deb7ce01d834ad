import { glob, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf } from '#platform/errors/errors.ts'
import { withFragments } from '#platform/graphql/fragments.ts'
import type { Log } from '#platform/observe/log.ts'
import type { Engine } from './engine/engine.ts'

const folders = ['bffs/*/operations', 'subgraphs/*/operations']

/** Plans every operation that BFFs and subgraphs have registered, so that no device waits for a plan. One that does not fit is named. */
export const warmUp = async (planOf: Engine<never>['planOf'], log: Log): Promise<number> => {
  const home = fileURLToPath(new URL('..', import.meta.url))
  let planned = 0
  for (const folder of folders) {
    for await (const file of glob(`${folder}/*.graphql`, { cwd: home })) {
      try {
        await planOf(withFragments(await readFile(`${home}/${file}`, 'utf8'), dirname(`${home}/${file}`)))
        planned += 1
      } catch (error) {
        const reasons = error instanceof AggregateError ? error.errors.map(messageOf) : [messageOf(error)]
        log.error({ file, reasons }, 'a registered operation does not fit the supergraph')
      }
    }
  }
  return planned
}
