import { parse, visit } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { PlanRequest } from './planner.ts'

const bytesMax = 4 * 1024 * 1024
const namesMax = 10_000
const forgetMs = 60_000
const bounds = { maxSize: bytesMax, sizeCalculation: (_value: unknown, key: string) => 2 * key.length + 200 }
/** A field that was in so many operations which ended the planner, and in none that it planned, is taken for the cause. */
const deathsMax = 2

/** What planning a supergraph's operations has taught of those that cannot be planned, in bounded memory. */
export class KnownTrouble {
  readonly #failures = new LRUCache<string, string>({ ...bounds, ttl: forgetMs })
  readonly #deadly = new LRUCache<string, true>(bounds)
  /** Names of fields in operations that the fast planner has planned, and how often it died of those that it has not. */
  readonly #planned = new Set<string>()
  readonly #deaths = new LRUCache<string, number>({ max: namesMax, ttl: forgetMs })

  /** Why an operation could not be planned within the last minute. */
  failureOf(request: PlanRequest): string | undefined {
    return this.#failures.get(keyOf(request))
  }

  failed(request: PlanRequest, why: string): void {
    this.#failures.set(keyOf(request), why)
  }

  planned({ text }: PlanRequest): void {
    for (const name of fieldNames(text)) {
      this.#planned.add(name)
      this.#deaths.delete(name)
    }
  }

  died(request: PlanRequest): void {
    this.#deadly.set(keyOf(request), true)
    for (const name of fieldNames(request.text)) if (!this.#planned.has(name)) this.#deaths.set(name, (this.#deaths.get(name) ?? 0) + 1)
  }

  /** Whether every field of an operation has been planned before: others are more likely to have ended a planner than this one. */
  isFamiliar({ text }: PlanRequest): boolean {
    return [...fieldNames(text)].every((name) => this.#planned.has(name))
  }

  /** Whether the fast planner is known to die of an operation, or may do so. */
  dangerOf(request: PlanRequest): 'none' | 'possible' | 'certain' {
    if (this.#deadly.has(keyOf(request))) return 'certain'
    if (this.#deaths.size === 0) return 'none'
    const deaths = Math.max(0, ...[...fieldNames(request.text)].map((name) => this.#deaths.get(name) ?? 0))
    return deaths === 0 ? 'none' : deaths < deathsMax ? 'possible' : 'certain'
  }
}

const keyOf = ({ text, overrides, percentage }: PlanRequest): string => `${overrides.join()} ${percentage} ${text}`

const fieldNames = (text: string): ReadonlySet<string> => {
  const names = new Set<string>()
  visit(parse(text, { noLocation: true }), { Field: ({ name }) => void names.add(name.value) })
  return names
}
