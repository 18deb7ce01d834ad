import type { JobOf, JobQueue } from '#platform/contracts/job-queue.ts'

export type EnqueueOptions = {
  /** Claimed before those of lower priority; 0 when not given. */
  readonly priority?: number
  /** Not claimed before that. */
  readonly delayMs?: number
}
export type ClaimedJob<Q extends JobQueue> = {
  readonly id: string
  readonly data: JobOf<Q>
  /** Aborted when the job is cancelled, when it was taken from this worker, and when the worker stops. */
  readonly signal: AbortSignal
  /** Keeps how far the job is, 0 to 100, for whoever asks for its status. Never rejects. */
  readonly progress: (percent: number) => Promise<void>
}
export type Work<Q extends JobQueue> = {
  readonly queue: Q
  /**
   * Does one job. When it throws, the job is tried again after a growing pause, and is a dead letter after `triesMax` tries;
   * faults of a store (`isStoreFault`) do not count. Delivery is at least once: a worker that dies has its job claimed by another.
   */
  readonly handle: (job: ClaimedJob<Q>) => Promise<void>
  /** Jobs done at the same time; 1 when not given. */
  readonly concurrency?: number
}
export type JobState = 'waiting' | 'active' | 'done' | 'cancelled' | 'dead'
export type JobStatus = { readonly id: string; readonly state: JobState; readonly percent: number; readonly tries: number }

/** Work that is done once, by whichever worker claims it, and may take hours. The worker reports by itself that it is alive. */
export type Jobs = AsyncDisposable & {
  /**
   * Durable when it resolves; gives the job's id, or that of the unfinished job with the same unique key. Throws INPUT_INVALID,
   * and DATABASE_UNAVAILABLE when it cannot be kept.
   */
  readonly enqueue: <Q extends JobQueue>(queue: Q, job: JobOf<Q>, options?: EnqueueOptions) => Promise<string>
  /** Claims and does jobs until disposed of. Resolves when it has begun. */
  readonly work: <Q extends JobQueue>(work: Work<Q>) => Promise<void>
  /** A job that waits is never begun; one that is being done has its signal aborted. */
  readonly cancel: (queue: JobQueue, id: string) => Promise<void>
  /** Null when there is no such job, or no longer. */
  readonly status: (queue: JobQueue, id: string) => Promise<JobStatus | null>
  readonly healthy: () => Promise<boolean>
}

export type DeadJob = {
  readonly id: string
  readonly queue: string
  readonly data: string
  readonly reason: string
  readonly failedAt: Date
}

/** What operators do with jobs. */
export type JobsAdmin = AsyncDisposable & {
  /** Oldest first, at most `limit`. */
  readonly deadJobs: (limit: number) => Promise<readonly DeadJob[]>
  /** Lets a dead job be tried again. */
  readonly retryDead: (queue: JobQueue, id: string) => Promise<void>
}
