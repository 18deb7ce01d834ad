import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverAudits } from 'graphql-http'
import { bootPlatform } from '../boot.ts'

test('supergraph and BFFs pass every audit of GraphQL over HTTP', async () => {
  await using platform = await bootPlatform()
  for (const where of ['supergraph', 'tv', 'mobile', 'web'] as const) {
    const audits = serverAudits({ url: `${platform.links[where]}/graphql`, fetchFn: fetch })
    assert.ok(audits.length >= 60)
    const failed: string[] = []
    for (const audit of audits) {
      const result = await audit.fn()
      if (result.status !== 'ok') failed.push(`${result.status} ${audit.name}: ${result.reason}`)
      await ('response' in result ? result.response.body?.cancel().catch(() => undefined) : undefined)
    }
    assert.deepEqual(failed, [], where)
  }
})
