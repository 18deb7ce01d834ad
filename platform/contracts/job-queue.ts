import type { z } from 'zod'

/** One kind of work that waits for a worker. One file of `jobs/` declares it, and nothing else does. */
export type JobQueue<Job = unknown> = {
  readonly kind: 'jobs'
  /** `<owner>.<what>`; also the name of the file that declares it. */
  readonly name: string
  /** Jobs are parsed with it when they are enqueued and again when a worker claims them. */
  readonly schema: z.ZodType<Job>
  /** While a job of this key is unfinished, another one of the same key is not made. */
  uniqueKey(job: Job): string
  /** How often a job is tried before it becomes a dead letter. */
  readonly triesMax: number
  /** A worker that has not reported for so long is taken for dead, and another claims its job. 10 at least. */
  readonly silenceSecondsMax: number
  /** What a single try may take. */
  readonly trySecondsMax: number
}

export type JobOf<Q extends JobQueue> = Readonly<z.infer<Q['schema']>>

export const defineJobQueue = <Job>(queue: Omit<JobQueue<Job>, 'kind'>): JobQueue<Job> => ({ kind: 'jobs', ...queue })
