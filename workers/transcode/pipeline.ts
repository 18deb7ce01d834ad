import { readFile, stat } from 'node:fs/promises'
import { checkRenditionFits, checkRenditionsFit } from '#platform/contracts/ladder.ts'
import type { EventOf } from '#platform/contracts/topic.ts'
import type { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { makeArtwork } from './artwork.ts'
import { checkStream } from './check.ts'
import { encodeLadder } from './encode.ts'
import { readTrack } from './package/fragments.ts'
import { cutSegments } from './package/segments.ts'
import { planLadder, segmentSeconds } from './plan.ts'
import { probe } from './probe.ts'
import { publish, published, removeOthers } from './publish.ts'

export type Film = {
  readonly uploadId: string
  readonly titleId: string
  readonly workDir: string
  readonly fetchSource: () => Promise<string>
}
export type PipelineDeps = {
  readonly objects: ObjectStore
  readonly signal: AbortSignal
  readonly onProgress: (step: string, percent: number) => void
}

const readRung = async (name: string, file: string): Promise<Buffer> => {
  checkRenditionFits(name, (await stat(file)).size)
  return readFile(file)
}

/** From a film to a stream: probe → plan → encode → package → check → publish. A film that was published is not made again. */
export const makeStream = async (
  { uploadId, titleId, workDir, fetchSource }: Film,
  { objects, signal, onProgress }: PipelineDeps,
): Promise<EventOf<typeof packaged>> => {
  const before = await published(objects, { titleId, uploadId })
  if (before !== null) {
    await removeOthers(objects, before)
    return before
  }
  onProgress('fetching', 1)
  const file = await fetchSource()
  onProgress('probing', 4)
  const source = await probe(file, signal)
  checkRenditionsFit(source)
  const plan = planLadder(source)
  const encoded = await encodeLadder(source, plan, { workDir, signal, onPercent: (percent) => onProgress('encoding', 5 + percent * 0.85) })
  onProgress('packaging', 92)
  const videos = []
  for (const { rung, file: rungFile } of encoded.video) {
    const rendition = cutSegments(rung.name, readTrack(await readRung(rung.name, rungFile)), segmentSeconds)
    videos.push({ ...rendition, width: rung.width, height: rung.height, framesPerSecond: source.framesPerSecond })
  }
  const audio = cutSegments('audio', readTrack(await readFile(encoded.audio)), segmentSeconds)
  checkStream(source, videos, audio)
  signal.throwIfAborted()
  onProgress('publishing', 96)
  await makeArtwork(objects, titleId, { source, workDir, signal })
  return publish(objects, { uploadId, titleId, videos, audio })
}
