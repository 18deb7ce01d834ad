// Signs in and prints a home screen:
//   node example.js http://127.0.0.1:4001 demo@cinegraph.example popcorn-demo
import { createClient, HomeDocument } from '<package>'

const [url, email, password] = process.argv.slice(2)
if (password === undefined) {
  console.error('node example.js <address of the BFF> <e-mail address> <password>')
  process.exit(1)
}

const client = createClient({
  url,
  deviceId: 'example-1',
  // A real device keeps the session where it keeps secrets, and hands it in at its next start.
  onSession: (session) => console.log(session ? `signed in as ${session.profile.name}` : 'signed out'),
})

const answer = await client.signIn(email, password)
if (answer.__typename === 'Refusal') {
  console.error(`${answer.code}: ${answer.message}`)
  process.exit(1)
}

/** Devices name their rows and cards in their own words. */
const rowsOf = (home) => home.rows ?? home.shelves
const cardsOf = (row) => row.cards ?? row.tiles

const { home } = await client.request(HomeDocument, {})
if (home.degraded.length > 0) console.log(`left out, because a service does not answer: ${home.degraded.join(', ')}`)
for (const row of rowsOf(home)) {
  console.log(`\n${row.heading}`)
  for (const card of cardsOf(row).slice(0, 6)) console.log(`  ${card.name}`)
}

await client.signOut()
