import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type GraphQLSchema, graphql, parse } from 'graphql'

/** The situation of the public gateway benchmark: four subgraphs about users, products, stock and reviews, and one deep query. */
export const subgraphNames = ['accounts', 'inventory', 'products', 'reviews'] as const
export type Name = (typeof subgraphNames)[number]

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires", "@provides", "@shareable"])'
const typeDefs: Readonly<Record<Name, string>> = {
  accounts: `${link}
    type Query { me: User user(id: ID!): User users: [User] }
    type User @key(fields: "id") { id: ID! name: String username: String @shareable birthday: Int }`,
  inventory: `${link}
    type Product @key(fields: "upc") {
      upc: String! weight: Int @external price: Int @external inStock: Boolean shippingEstimate: Int @requires(fields: "price weight")
    }`,
  products: `${link}
    type Query { topProducts(first: Int = 5): [Product] }
    type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }`,
  reviews: `${link}
    type Query { review(id: ID!): Review }
    type Review @key(fields: "id") { id: ID! body: String product: Product author: User @provides(fields: "username") }
    type User @key(fields: "id") { id: ID! username: String @external reviews: [Review] }
    type Product @key(fields: "upc") { upc: String! reviews: [Review] }`,
}

const users = ['Uri Goldshtein', 'Dotan Simha', 'Kamil Kisiela', 'Arda Tanrikulu', 'Gil Gardosh', 'Laurin Quast'].map((name, index) => ({
  id: String(index + 1),
  name,
  username: name.toLowerCase().replace(' ', ''),
  birthday: 1_990 + index,
}))
const products = ['Table', 'Couch', 'Glass', 'Chair', 'TV', 'Lamp', 'Grill', 'Fridge', 'Sofa'].map((name, index) => ({
  upc: String(index + 1),
  name,
  price: [899, 1_299, 15, 499, 1_299, 6_999, 3_999, 100_000, 9_999][index] ?? 0,
  weight: [100, 1_000, 20, 100, 1_000, 300, 2_000, 6_000, 800][index] ?? 0,
}))
const bodies = ['Love it!', 'Too expensive.', 'Could be better.', 'Prefer something else.']
/** Author and product. Two users write most of them: what makes the answer large is that they come round again and again. */
const reviews = [
  ...['11', '12', '13', '14', '15', '16', '17', '18', '19'],
  ...['21', '22', '23', '24', '25', '26', '27', '28'],
  ...['31', '32', '33', '35', '42', '55'],
].map((pair, index) => ({ id: String(index + 1), author: pair.charAt(0), upc: pair.charAt(1), body: bodies[index % bodies.length] }))

type Representation = { readonly id: string; readonly upc: string; readonly price: number; readonly weight: number }
const asUser = ({ id }: { readonly id: string }) => ({ id, username: users.find((user) => user.id === id)?.username })
const asReview = (review: (typeof reviews)[number]) => ({
  ...review,
  product: { upc: review.upc },
  author: asUser({ id: review.author }),
})

const resolvers: Readonly<Record<Name, object>> = {
  accounts: {
    Query: { users: () => users, me: () => users[0], user: (_: unknown, { id }: Representation) => users.find((user) => user.id === id) },
    User: { __resolveReference: ({ id }: Representation) => users.find((user) => user.id === id) },
  },
  inventory: {
    Product: {
      __resolveReference: (product: Representation) => ({ ...product, inStock: Number(product.upc) % 2 === 1 }),
      shippingEstimate: ({ price, weight }: Representation) => (price > 1_000 ? 0 : weight * 0.5),
    },
  },
  products: {
    Query: { topProducts: (_: unknown, { first }: { first: number }) => products.slice(0, first) },
    Product: { __resolveReference: ({ upc }: Representation) => products.find((product) => product.upc === upc) },
  },
  reviews: {
    Query: { review: (_: unknown, { id }: Representation) => reviews.filter((review) => review.id === id).map(asReview)[0] },
    Review: { __resolveReference: ({ id }: Representation) => reviews.filter((review) => review.id === id).map(asReview)[0] },
    User: { __resolveReference: asUser, reviews: ({ id }: Representation) => reviews.filter(({ author }) => author === id).map(asReview) },
    Product: { reviews: (product: Representation) => reviews.filter(({ upc }) => upc === product.upc).map(asReview) },
  },
}

/** One subgraph as a function of a request. */
export const createService = (name: Name) => {
  const schema: GraphQLSchema = buildSubgraphSchema([
    { typeDefs: parse(typeDefs[name]), resolvers: resolvers[name] as Record<string, never> },
  ])
  return (query: string, variables: Readonly<Record<string, unknown>>, operationName?: string) =>
    graphql({ schema, source: query, variableValues: variables, ...(operationName === undefined ? {} : { operationName }) })
}

export const sdlOf = (name: Name): string => typeDefs[name]

export const composeGraph = (urlOf: (name: Name) => string): string => {
  const { supergraphSdl, errors } = composeServices(
    subgraphNames.map((name) => ({ name, url: urlOf(name), typeDefs: parse(typeDefs[name]) })),
  )
  if (supergraphSdl === undefined) throw new AggregateError(errors, 'The graph of the benchmark does not compose')
  return supergraphSdl
}

/** Users, their reviews, the products of those, their reviews, and so on: 87 KB from 20 objects. */
export const deepQuery = `query TestQuery {
  users { ...User reviews { ...Review product { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } } } }
  topProducts { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } }
}
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }`
