import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineJobQueue } from '../job-queue.ts'

/** A task of a film's workflow is due. NOTE: the workflow itself counts its tries; a worker that is killed is no reason to give a film up. */
export const tasks = defineJobQueue({
  name: 'transcode.tasks',
  schema: z.object({ workflowId: Id, ref: z.string() }),
  uniqueKey: ({ workflowId, ref }) => `${workflowId} ${ref}`,
  triesMax: 100,
  silenceSecondsMax: 10,
  trySecondsMax: 6 * 3600,
})
