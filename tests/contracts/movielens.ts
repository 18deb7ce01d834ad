import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SearchDocument } from '#platform/ports/search-index.ts'

const folderName = join('shared', 'data', 'ml-latest-small')

/** The folder of the data set: set by CINEGRAPH_TEST_MOVIELENS, or in `shared/data` of a folder above this one. */
const folder = (): string | undefined => {
  const set = process.env.CINEGRAPH_TEST_MOVIELENS
  if (set !== undefined) return set
  for (let at = import.meta.dirname; at !== dirname(at); at = dirname(at)) if (existsSync(join(at, folderName))) return join(at, folderName)
  return undefined
}

const row = /^(\d+),(?:"((?:[^"]|"")*)"|([^,]*)),(.*)$/
const year = /\s*\(\d{4}(?:[-–]\d{0,4})?\)\s*$/
const article = /^(.*), (The|An?|L[aeo]s?|L'|El|Il|I|Das|De[rnt]?|Die)$/

/** The data set writes `Matrix, The`. */
const turned = (name: string): string =>
  name.replace(article, (_all, rest: string, word: string) => (word.endsWith("'") ? word + rest : `${word} ${rest}`))

const namesOf = (title: string): readonly string[] => {
  const others = [...title.matchAll(/\(([^)]*)\)/g)].map((match) => (match[1] ?? '').replace(/^a\.?k\.?a\.? /, ''))
  return [title.replace(/\s*\(.*$/, ''), ...others].map(turned).filter((name) => name !== '')
}

const ratingsOf = (dir: string): ReadonlyMap<string, number> => {
  const films = readFileSync(join(dir, 'ratings.csv'), 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[1] ?? '')
  return new Map([...Map.groupBy(films, (id) => id)].map(([id, ratings]) => [id, ratings.length]))
}

/** Films of MovieLens latest-small, as they are searched; null where the data set is not. */
export const movielensFilms = (): readonly SearchDocument[] | null => {
  const dir = folder()
  if (dir === undefined) return null
  const ratings = ratingsOf(dir)
  const most = Math.log1p(Math.max(...ratings.values()))
  return readFileSync(join(dir, 'movies.csv'), 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((line): SearchDocument[] => {
      const [, id, quoted, plain, genres = ''] = row.exec(line.trim()) ?? []
      if (id === undefined) return []
      const names = namesOf((quoted ?? plain ?? '').replaceAll('""', '"').replace(year, ''))
      const popularity = Math.log1p(ratings.get(id) ?? 0) / most
      const rest = { people: [], kind: 'FILM', maturity: 0, language: 'en', regions: ['*'], notRegions: [] }
      return [{ id, version: 1, names, genres: genres.split('|'), popularity, ...rest }]
    })
}
