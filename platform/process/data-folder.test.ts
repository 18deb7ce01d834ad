import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { takeDataFolder } from '#platform/process/data-folder.ts'

test('a disk with too little room is named before anything is written to it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'cinegraph-disk-'))
  try {
    await assert.rejects(takeDataFolder(dir, { neededMb: 1e12 }), /has \d+ MB free and 1000000000000 MB are needed.*--data DIR/)
    await using taken = await takeDataFolder(dir)
    assert.ok(taken)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
