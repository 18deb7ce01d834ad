import { runOnce } from './run-once.ts'
import { newTopic } from './topic.ts'

// npm run new:topic -- OWNER.WHAT
await runOnce(async () => {
  const [file = ''] = await newTopic(process.argv[2] ?? '')
  return `Written: ${file}. docs/guides/add-a-topic.md says what to fill in.`
})
