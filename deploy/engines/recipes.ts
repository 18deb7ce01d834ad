import { cassandra } from './cassandra.ts'
import { elasticsearch } from './elasticsearch.ts'
import { kafka } from './kafka.ts'
import { postgres } from './postgres.ts'
import type { Recipe } from './recipe.ts'
import { redis } from './redis.ts'
import { s3 } from './s3.ts'

/** Every engine that can be brought up, in the order in which that is done. */
export const recipes: readonly Recipe[] = [redis, s3, elasticsearch, kafka, cassandra, postgres]
