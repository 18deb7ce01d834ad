import assert from 'node:assert/strict'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { takeDataFolder } from '#platform/process/data-folder.ts'

const folder = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(tmpdir(), 'cinegraph-disk-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

test('a disk with too little room is named before anything is written to it', async () => {
  await using dir = await folder()
  await assert.rejects(takeDataFolder(dir.path, { neededMb: 1e12 }), /has \d+ MB free and 1000000000000 MB are needed.*--data DIR/)
  await using taken = await takeDataFolder(dir.path)
  assert.ok(taken)
})

test('what cannot be a data folder is refused in one sentence, at once', { timeout: 20_000 }, async () => {
  await using dir = await folder()
  const at = (name: string): string => join(dir.path, name)
  await writeFile(at('file'), '')
  await symlink(at('nowhere'), at('dangling'))
  await symlink(at('loop'), at('loop'))
  const bad = [
    ...['/proc/foo', '/proc/foo/bar', '/sys/foo'],
    ...[at('dangling'), at('loop'), at('x'.repeat(300)), `${dir.path}/${'long/'.repeat(1_000)}`, at('nul\0')],
  ]
  for (const path of bad) await assert.rejects(takeDataFolder(path), { code: 'DATA_UNWRITABLE' }, path)
  for (const file of ['/dev/null', at('file')])
    for (const path of [file, `${file}/below`, `${file}/far/below`])
      await assert.rejects(takeDataFolder(path), {
        code: 'DATA_NOT_FOLDER',
        message: new RegExp(`^${path} .*: ${file} is no folder. Choose another`),
      })
})

test('a folder with a space, in folders that are not there yet, is made for its owner alone', async () => {
  await using dir = await folder()
  const path = join(dir.path, 'my films', 'data of mine')
  await using _taken = await takeDataFolder(path)
  for (const made of [path, join(path, '..')]) assert.equal((await stat(made)).mode & 0o777, 0o700)
  assert.equal((await stat(join(path, 'lock'))).mode & 0o777, 0o600)
})

test('a folder of the older format that others may read is made private, and marked as new', async () => {
  await using dir = await folder()
  await mkdir(join(dir.path, 'media'), { mode: 0o755 })
  await writeFile(join(dir.path, 'links.json'), '{}', { mode: 0o644 })
  await writeFile(join(dir.path, 'version.json'), '{"version":1}')
  await chmod(dir.path, 0o755)
  await using _taken = await takeDataFolder(dir.path)
  assert.equal((await stat(dir.path)).mode & 0o767, 0o700)
  assert.equal((await stat(join(dir.path, 'media'))).mode & 0o777, 0o700)
  assert.equal((await stat(join(dir.path, 'links.json'))).mode & 0o777, 0o600)
  assert.deepEqual(JSON.parse(await readFile(join(dir.path, 'version.json'), 'utf8')), { version: 2 })
})

test('a folder of another user is refused', { skip: process.getuid?.() !== 0 && 'only root can make one' }, async () => {
  await using dir = await folder()
  await chown(dir.path, 65_534, 65_534)
  process.seteuid?.(12_345)
  try {
    await assert.rejects(takeDataFolder(dir.path), { code: 'DATA_UNWRITABLE' })
  } finally {
    process.seteuid?.(0)
  }
})

test('a folder that holds something else is refused, and nothing in it is changed', async () => {
  await using dir = await folder()
  const program = join(dir.path, 'program')
  await writeFile(program, '#!/bin/sh', { mode: 0o755 })
  await chmod(dir.path, 0o755)
  const modes = async () => [(await stat(dir.path)).mode, (await stat(program)).mode, (await stat('/proc')).mode]
  const before = await modes()
  await assert.rejects(takeDataFolder(dir.path), { code: 'DATA_FOREIGN' })
  await assert.rejects(takeDataFolder('/proc'))
  assert.deepEqual(await modes(), before)
})

test('the root of a file system that was just made is as good as an empty folder', async () => {
  await using dir = await folder()
  await mkdir(join(dir.path, 'lost+found'))
  await using _taken = await takeDataFolder(dir.path)
})
