import type { Part } from './small-graph.ts'

/** A situation that gateways are known to stumble over, what is asked in it, and what any right gateway answers. */
export type Scenario = {
  readonly name: string
  readonly parts: Readonly<Record<string, Part>>
  readonly cases: readonly { readonly query: string; readonly variables?: object; readonly data: unknown; readonly errors?: number }[]
}
type Ref = Readonly<Record<string, unknown>>
const same = (reference: object): object => reference

const books = [
  { __typename: 'Book', id: '1', upc: 'b1', owner: { id: 'o1' } },
  { __typename: 'Book', id: '2', upc: null, owner: { id: 'o2' } },
]
const marks: string[] = []

export const scenarios: readonly Scenario[] = [
  {
    name: 'an entity whose one key is null is found by its other key, and not asked for by the null',
    parts: {
      shop: {
        sdl: 'type Query { books: [Book!]! } type Book @key(fields: "upc") @key(fields: "id") { id: ID! upc: String }',
        resolvers: { Query: { books: () => books } },
      },
      names: {
        sdl: 'type Book @key(fields: "id") { id: ID! name: String }',
        resolvers: { Book: { __resolveReference: same, name: ({ id }: Ref) => `name ${id}` } },
      },
      prices: {
        sdl: 'type Book @key(fields: "upc") { upc: String price: Int }',
        resolvers: { Book: { __resolveReference: same, price: ({ upc }: Ref) => (upc === 'b1' ? 7 : -1) } },
      },
    },
    cases: [
      {
        query: '{ books { name price } }',
        data: {
          books: [
            { name: 'name 1', price: 7 },
            { name: 'name 2', price: null },
          ],
        },
      },
    ],
  },
  {
    name: 'a nested key, and an entity that only another entity’s subgraph can lead to',
    parts: {
      shop: {
        sdl: 'type Query { books: [Book!]! } type Book @key(fields: "id owner { id }") { id: ID! owner: Owner! } type Owner @key(fields: "id") { id: ID! }',
        resolvers: { Query: { books: () => books } },
      },
      stock: {
        sdl: 'type Book @key(fields: "id owner { id }") { id: ID! owner: Owner! place: Place } type Owner @key(fields: "id") { id: ID! } type Place @key(fields: "code") { code: ID! }',
        resolvers: {
          Book: { __resolveReference: same, place: ({ id, owner }: { id: string; owner: Ref }) => ({ code: `${owner.id}-${id}` }) },
        },
      },
      places: {
        sdl: 'type Place @key(fields: "code") { code: ID! town: String }',
        resolvers: { Place: { __resolveReference: same, town: ({ code }: Ref) => `town of ${code}` } },
      },
    },
    cases: [
      {
        query: '{ books { place { town } } }',
        data: { books: [{ place: { town: 'town of o1-1' } }, { place: { town: 'town of o2-2' } }] },
      },
    ],
  },
  {
    name: 'a field that requires one which itself requires one of the first subgraph',
    parts: {
      shop: {
        sdl: 'type Query { book: Book } type Book @key(fields: "id") { id: ID! weight: Int half: Int @external label: String @requires(fields: "half") }',
        resolvers: {
          Query: { book: () => ({ id: '1' }) },
          Book: { __resolveReference: same, weight: () => 8, label: ({ half }: Ref) => `half is ${half}` },
        },
      },
      maths: {
        sdl: 'type Book @key(fields: "id") { id: ID! weight: Int @external half: Int @requires(fields: "weight") }',
        resolvers: { Book: { __resolveReference: same, half: ({ weight }: { weight: number }) => weight / 2 } },
      },
    },
    cases: [{ query: '{ book { label } }', data: { book: { label: 'half is 4' } } }],
  },
  {
    name: 'types of a union whose fields of one name differ in type',
    parts: {
      a: {
        sdl: 'type Query { all: [Thing!]! } union Thing = Film | Person type Film @key(fields: "id") { id: ID! title: String! } type Person { id: ID title: String }',
        resolvers: {
          Query: {
            all: () => [
              { __typename: 'Film', id: '1', title: 'F' },
              { __typename: 'Person', id: null, title: null },
            ],
          },
          Film: { __resolveReference: same },
        },
      },
      b: {
        sdl: 'type Film @key(fields: "id") { id: ID! stars: Int }',
        resolvers: { Film: { __resolveReference: same, stars: () => 3 } },
      },
    },
    cases: [
      {
        query: '{ all { __typename ... on Film { filmId: id a: title stars } ... on Person { id b: title } } }',
        data: {
          all: [
            { __typename: 'Film', filmId: '1', a: 'F', stars: 3 },
            { __typename: 'Person', id: null, b: null },
          ],
        },
      },
    ],
  },
  {
    name: 'a root field that two subgraphs share gives each one’s part',
    parts: {
      a: {
        sdl: 'type Query { shop: Shop @shareable } type Shop { name: String @shareable owner: String }',
        resolvers: { Query: { shop: () => ({ name: 'S', owner: 'O' }) } },
      },
      b: {
        sdl: 'type Query { shop: Shop @shareable } type Shop { name: String @shareable town: String }',
        resolvers: { Query: { shop: () => ({ name: 'S', town: 'T' }) } },
      },
    },
    cases: [{ query: '{ shop { name owner town } }', data: { shop: { name: 'S', owner: 'O', town: 'T' } } }],
  },
  {
    name: 'mutations of several subgraphs run one after the other, as they are written',
    parts: {
      a: {
        sdl: 'type Query { marks: [String!]! } type Mutation { first(mark: String): Film third: String } type Film @key(fields: "id") { id: ID! }',
        resolvers: {
          Query: { marks: () => marks },
          Mutation: {
            first: (_: unknown, { mark }: { mark: string }) => {
              marks.push(mark)
              return { id: String(marks.length) }
            },
            third: () => marks.join(),
          },
          Film: { __resolveReference: same },
        },
      },
      b: {
        sdl: 'type Mutation { second: String } type Film @key(fields: "id") { id: ID! seen: String }',
        resolvers: {
          Mutation: { second: () => String(marks.push('second')) },
          Film: { __resolveReference: same, seen: () => marks.join() },
        },
      },
    },
    cases: [
      {
        query: 'mutation ($m: String) { first(mark: $m) { id seen } second again: first(mark: "again") { id } third }',
        variables: { m: 'one' },
        data: { first: { id: '1', seen: 'one' }, second: '2', again: { id: '3' }, third: 'one,second,again' },
      },
    ],
  },
  {
    name: 'a value of an enum that not every subgraph has, or that is inaccessible, is not shown',
    parts: {
      a: {
        sdl: 'type Query { colours: [Colour] required: [Colour!] } enum Colour { RED BLUE @inaccessible }',
        resolvers: { Query: { colours: () => ['RED', 'BLUE'], required: () => ['RED', 'BLUE'] } },
      },
      b: { sdl: 'type Query { other: Colour } enum Colour { RED BLUE }', resolvers: { Query: { other: () => 'RED' } } },
    },
    cases: [
      { query: '{ colours other }', data: { colours: ['RED', null], other: 'RED' }, errors: 1 },
      { query: '{ required }', data: { required: null }, errors: 1 },
    ],
  },
  {
    name: 'an interface’s own objects lead through each other, with fields of another subgraph on the way',
    parts: {
      a: {
        sdl: 'type Query { node(id: ID!): Node } interface Node { id: ID! next: Node } type A implements Node @key(fields: "id") { id: ID! next: Node } type B implements Node @key(fields: "id") { id: ID! next: Node }',
        resolvers: {
          Query: { node: (_: unknown, { id }: Ref) => ({ __typename: 'A', id }) },
          A: { __resolveReference: same, next: ({ id }: Ref) => ({ __typename: 'B', id: `${id}b` }) },
          B: { __resolveReference: same, next: ({ id }: Ref) => ({ __typename: 'A', id: `${id}a` }) },
        },
      },
      b: {
        sdl: 'type A @key(fields: "id") { id: ID! size: Int } type B @key(fields: "id") { id: ID! size: Int }',
        resolvers: {
          A: { __resolveReference: same, size: ({ id }: { id: string }) => id.length },
          B: { __resolveReference: same, size: ({ id }: { id: string }) => id.length * 10 },
        },
      },
    },
    cases: [
      {
        query:
          '{ n: node(id: "x") { kind: __typename ... on A { size next { id ... on B { size next { __typename ... on A { size } } } } } } }',
        data: { n: { kind: 'A', size: 1, next: { id: 'xb', size: 20, next: { __typename: 'A', size: 3 } } } },
      },
    ],
  },
  {
    name: 'fields that are provided on one path are not fetched there, and are on others',
    parts: {
      a: {
        sdl: 'type Query { provided: Film @provides(fields: "cast { name }") plain: Film } type Film @key(fields: "id") { id: ID! cast: [Person] @external } type Person @key(fields: "id") { id: ID! name: String @external }',
        resolvers: {
          Query: { provided: () => ({ id: '1', cast: [{ id: 'p', name: 'from a' }] }), plain: () => ({ id: '1' }) },
          Film: { __resolveReference: same },
        },
      },
      b: {
        sdl: 'type Film @key(fields: "id") { id: ID! cast: [Person] @shareable } type Person @key(fields: "id") { id: ID! name: String @shareable }',
        resolvers: {
          Film: { __resolveReference: same, cast: () => [{ id: 'p' }] },
          Person: { __resolveReference: same, name: () => 'from b' },
        },
      },
    },
    cases: [
      { query: '{ provided { cast { name } } }', data: { provided: { cast: [{ name: 'from a' }] } } },
      { query: '{ plain { cast { name } } }', data: { plain: { cast: [{ name: 'from b' }] } } },
    ],
  },
  {
    name: '@skip and @include decide before anything is fetched',
    parts: {
      a: {
        sdl: 'type Query { film: Film } type Film @key(fields: "id") { id: ID! title: String }',
        resolvers: { Query: { film: () => ({ id: '1', title: 'T' }) }, Film: { __resolveReference: same } },
      },
      b: {
        sdl: 'type Film @key(fields: "id") { id: ID! broken: Int }',
        resolvers: {
          Film: {
            __resolveReference: same,
            broken: () => {
              throw new Error('asked')
            },
          },
        },
      },
    },
    cases: [
      {
        query: 'query ($no: Boolean!) { film { title broken @include(if: $no) } }',
        variables: { no: false },
        data: { film: { title: 'T' } },
      },
      { query: 'query ($yes: Boolean!) { film @skip(if: $yes) { title broken } }', variables: { yes: true }, data: {} },
      { query: '{ film { ... @skip(if: true) { broken } ... @include(if: true) { title } } }', data: { film: { title: 'T' } } },
      { query: '{ film { title broken } }', data: { film: { title: 'T', broken: null } }, errors: 1 },
    ],
  },
  {
    name: 'a list of lists of entities, with holes',
    parts: {
      a: {
        sdl: 'type Query { grid: [[Film]] } type Film @key(fields: "id") { id: ID! }',
        resolvers: { Query: { grid: () => [[{ id: '1' }, null], null, [], [{ id: '2' }, { id: '1' }]] } },
      },
      b: {
        sdl: 'type Film @key(fields: "id") { id: ID! stars: Int }',
        resolvers: { Film: { __resolveReference: ({ id }: Ref) => (id === '2' ? null : { id }), stars: ({ id }: Ref) => Number(id) } },
      },
    },
    cases: [
      {
        query: '{ grid { id stars } }',
        data: {
          grid: [
            [{ id: '1', stars: 1 }, null],
            null,
            [],
            [
              { id: '2', stars: null },
              { id: '1', stars: 1 },
            ],
          ],
        },
      },
    ],
  },
  {
    name: 'a requirement with fragments on the types of a union, and the client asking the same field in its own way',
    parts: {
      a: {
        sdl: 'type Query { film: Film } type Film @key(fields: "id") { id: ID! source: Source price(in: String): Int } union Source = Disc | Tape type Disc { disc: String } type Tape { tape: String }',
        resolvers: {
          Query: { film: () => ({ id: '1' }) },
          Film: {
            __resolveReference: same,
            source: () => ({ __typename: 'Tape', tape: 'VHS' }),
            price: (_: unknown, args: { in?: string }) => (args.in === 'EUR' ? 9 : 10),
          },
        },
      },
      b: {
        sdl: 'type Film @key(fields: "id") { id: ID! source: Source @external price(in: String): Int @external carrier: String @requires(fields: "source { __typename ... on Disc { disc } ... on Tape { tape } }") dollars: Int @requires(fields: "price(in: \\"USD\\")") } union Source = Disc | Tape type Disc { disc: String @external } type Tape { tape: String @external }',
        resolvers: {
          Film: {
            __resolveReference: same,
            carrier: ({ source }: { source: Ref }) => `${source.disc ?? source.tape}`,
            dollars: ({ price }: { price: number }) => price * 100,
          },
        },
      },
    },
    cases: [
      { query: '{ film { carrier } }', data: { film: { carrier: 'VHS' } } },
      {
        query: '{ film { price(in: "EUR") dollars source { ... on Tape { kind: tape } } carrier } }',
        data: { film: { price: 9, dollars: 1_000, source: { kind: 'VHS' }, carrier: 'VHS' } },
      },
    ],
  },
  {
    name: 'fields that an @interfaceObject adds to every type of an interface, also such as require one of the types’ own',
    parts: {
      a: {
        sdl: 'type Query { media: [Media!]! } interface Media @key(fields: "id") { id: ID! title: String } type Film implements Media @key(fields: "id") { id: ID! title: String } type Song implements Media @key(fields: "id") { id: ID! title: String bars: Int }',
        resolvers: {
          Query: {
            media: () => [
              { __typename: 'Film', id: '1', title: 'F' },
              { __typename: 'Song', id: '2', title: 'S', bars: 12 },
            ],
          },
          Media: {
            __resolveReference: ({ id }: Ref) => ({
              __typename: id === '1' ? 'Film' : 'Song',
              id,
              title: id === '1' ? 'F' : 'S',
              bars: 12,
            }),
          },
          Film: { __resolveReference: ({ id }: Ref) => ({ id, title: 'F' }) },
          Song: { __resolveReference: ({ id }: Ref) => ({ id, title: 'S', bars: 12 }) },
        },
      },
      b: {
        sdl: 'type Query { top: Media } type Media @key(fields: "id") @interfaceObject { id: ID! title: String @external stars: Int shout: String @requires(fields: "title") }',
        resolvers: {
          Query: { top: () => ({ id: '2' }) },
          Media: { __resolveReference: same, stars: ({ id }: Ref) => Number(id), shout: ({ title }: Ref) => `${title}!` },
        },
      },
    },
    cases: [
      {
        query: '{ media { __typename id stars shout ... on Song { bars } } }',
        data: {
          media: [
            { __typename: 'Film', id: '1', stars: 1, shout: 'F!' },
            { __typename: 'Song', id: '2', stars: 2, shout: 'S!', bars: 12 },
          ],
        },
      },
      { query: '{ top { stars } }', data: { top: { stars: 2 } } },
      {
        query: '{ top { __typename title ... on Song { bars stars } } }',
        data: { top: { __typename: 'Song', title: 'S', bars: 12, stars: 2 } },
      },
    ],
  },
  {
    name: 'a field overridden from a subgraph that is no more, and one whose owner moved',
    parts: {
      a: {
        sdl: 'type Query { film: Film } type Film @key(fields: "id") { id: ID! title: String @override(from: "gone") year: Int }',
        resolvers: {
          Query: { film: () => ({ id: '1', title: 'T', year: 1 }) },
          Film: { __resolveReference: ({ id }: Ref) => ({ id, title: 'T', year: 1 }) },
        },
      },
      b: {
        sdl: 'type Film @key(fields: "id") { id: ID! year: Int @override(from: "a") }',
        resolvers: { Film: { __resolveReference: same, year: () => 2 } },
      },
    },
    cases: [{ query: '{ film { title year } }', data: { film: { title: 'T', year: 2 } } }],
  },
  {
    name: 'arguments of an input type that subgraphs know in part, given as literals and as variables',
    parts: {
      a: {
        sdl: 'type Query { films(by: Filter!): [Film] } input Filter { first: Int! only: String } type Film @key(fields: "id") { id: ID! }',
        resolvers: {
          Query: {
            films: (_: unknown, { by }: { by: { first: number } }) => Array.from({ length: by.first }, (_each, id) => ({ id: String(id) })),
          },
        },
      },
      b: {
        sdl: 'type Film @key(fields: "id") { id: ID! near(by: Filter): Int } input Filter { first: Int! }',
        resolvers: { Film: { __resolveReference: same, near: (_: unknown, { by }: { by?: { first: number } }) => by?.first ?? -1 } },
      },
    },
    cases: [
      {
        query: 'query ($by: Filter!, $n: Int!) { films(by: $by) { near(by: { first: $n }) other: near } }',
        variables: { by: { first: 2 }, n: 5 },
        data: {
          films: [
            { near: 5, other: -1 },
            { near: 5, other: -1 },
          ],
        },
      },
    ],
  },
  {
    name: 'what is provided of the types of a union, and __typename under other names',
    parts: {
      a: {
        sdl: 'type Query { media: [Media] @provides(fields: "... on Film { title }") } union Media = Film | Song type Film @key(fields: "id") { id: ID! title: String @external } type Song @key(fields: "id") { id: ID! }',
        resolvers: {
          Query: {
            media: () => [
              { __typename: 'Film', id: '1', title: 'provided' },
              { __typename: 'Song', id: '2' },
            ],
          },
        },
      },
      b: {
        sdl: 'type Film @key(fields: "id") { id: ID! title: String @shareable } type Song @key(fields: "id") { id: ID! title: String @shareable }',
        resolvers: { Film: { __resolveReference: same, title: () => 'asked' }, Song: { __resolveReference: same, title: () => 'asked' } },
      },
    },
    cases: [
      {
        query: '{ root: __typename media { a: __typename b: __typename ... on Film { title } ... on Song { title c: __typename } } }',
        data: {
          root: 'Query',
          media: [
            { a: 'Film', b: 'Film', title: 'provided' },
            { a: 'Song', b: 'Song', title: 'asked', c: 'Song' },
          ],
        },
      },
      { query: '{ __typename }', data: { __typename: 'Query' } },
    ],
  },
  {
    name: 'a type of a union that not every subgraph with the field knows is not asked for, and what it lacks is an error',
    parts: {
      a: {
        sdl: 'type Query { some: Either @shareable } union Either = Known | Own type Known @shareable { name: String } type Own { size: Int }',
        resolvers: { Query: { some: () => ({ __typename: 'Own', size: 1 }) } },
      },
      b: {
        sdl: 'type Query { some: Either @shareable other: Int } union Either = Known type Known @shareable { name: String }',
        resolvers: { Query: { some: () => ({ __typename: 'Known', name: 'k' }), other: () => 7 } },
      },
    },
    cases: [
      { query: '{ some { __typename } }', data: { some: { __typename: 'Own' } } },
      { query: '{ some { ... on Own { size } } }', data: { some: { size: null } }, errors: 1 },
      { query: '{ some { ... on Known { name } ... on Own { size } } }', data: { some: { size: null } }, errors: 1 },
      { query: '{ other some { ... on Known { name } ... on Own { size } } }', data: { other: 7, some: { name: 'k' } } },
    ],
  },
]
