// The room rules of docs/STYLE.md. tests/architecture.test.ts asserts that all modules are seen and that violations are caught.
const rooms = '^(subgraphs/[^/]+|supergraph|bffs/[^/]+|workers/[^/]+|edge)/'
const onlySelfAndPlatform = (name, room) => ({
  name,
  severity: 'error',
  comment: 'A room imports itself and the platform; other rooms are asked over GraphQL or reached by events.',
  from: { path: `^(${room})/`, pathNot: '[.]test[.]ts$' },
  to: { path: `${rooms}|^start/|^tests/|^bench/`, pathNot: '^$1/' },
})
const driver = (name, packages, file) => ({
  name: `driver-${name}`,
  severity: 'error',
  comment: 'A driver package is imported by the file that adapts it and by nothing else.',
  from: { pathNot: [file, '[.]test[.]ts$', '^tests/', '^bench/'] },
  to: { path: `(^|/)node_modules/(${packages})/`, dependencyTypesNot: ['type-only'] },
})

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { pathNot: '[.]generated[.]ts$' } } },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: { pathNot: '^start/client-kit/(client[.]ts|example[.]js)$' },
      to: { couldNotResolve: true, pathNot: '(generated[.]ts|prisma/generated)' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: '([.]test[.]ts|[.]engine[.]ts|[.]generated[.]ts|main[.]ts|tests/setup[.]ts|[.]config[.]mjs|^[.]dependency-cruiser|^bench/)',
      },
      to: {},
    },
    onlySelfAndPlatform('subgraphs-stand-alone', 'subgraphs/[^/]+'),
    {
      name: 'bffs-stand-alone',
      severity: 'error',
      comment: 'A device imports itself, what devices share (bffs/device) and the platform.',
      from: { path: '^(bffs/[^/]+)/', pathNot: '[.]test[.]ts$' },
      to: { path: `${rooms}|^start/|^tests/|^bench/`, pathNot: '^($1|bffs/device)/' },
    },
    {
      name: 'devices-apart',
      severity: 'error',
      from: { path: '^bffs/device/' },
      to: { path: '^bffs/(?!device/)' },
    },
    onlySelfAndPlatform('workers-stand-alone', 'workers/[^/]+'),
    onlySelfAndPlatform('supergraph-stands-alone', 'supergraph'),
    onlySelfAndPlatform('edge-stands-alone', 'edge'),
    {
      name: 'platform-knows-no-room',
      severity: 'error',
      from: { path: '^platform/' },
      to: { path: `${rooms}|^start/|^tests/|^bench/|^prisma/seed/` },
    },
    {
      name: 'contracts-and-ports-are-bare',
      severity: 'error',
      from: { path: '^platform/(contracts|ports)/' },
      to: { path: '^(platform|subgraphs|node_modules)', pathNot: '^(platform/(contracts|ports|errors)|node_modules/zod)' },
    },
    {
      name: 'adapters-apart',
      severity: 'error',
      from: { path: '^platform/adapters/([^/]+)$' },
      to: { path: '^platform/adapters/', pathNot: '^platform/adapters/$1$' },
    },
    {
      name: 'adapters-only-in-engines',
      severity: 'error',
      comment: 'Engines are opened in one room, from settings; everybody else gets them through their ports.',
      from: { pathNot: '^platform/(engines|adapters)/|^bench/engines/|[.](test|engine)[.]ts$' },
      to: { path: '^platform/(adapters/|postgres/database[.]ts$)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'main-is-imported-by-nobody',
      severity: 'error',
      from: {},
      to: { path: '(^|/|[.])main[.]ts$', pathNot: '^bffs/web/page/' },
    },
    {
      name: 'start-is-imported-by-nobody',
      severity: 'error',
      from: { pathNot: '^(start|tests|bench|deploy)/|[.]test[.]ts$' },
      to: { path: '^(start|tests|bench|deploy)/' },
    },
    driver('pg-boss', 'pg-boss', '^platform/adapters/jobs[.]postgres[.]ts$'),
    driver('cassandra', 'cassandra-driver', '^platform/cassandra/session[.]ts$'),
    driver('kafkajs', 'kafkajs', '^platform/kafka/client[.]ts$'),
    driver('pg', 'pg', '^platform/postgres/connections[.]ts$'),
    driver('s3', '@aws-sdk/client-s3', '^platform/s3/client[.]ts$'),
    driver('elasticsearch', '@elastic/elasticsearch', '^platform/elasticsearch/client[.]ts$'),
    driver('ioredis', 'ioredis', '^platform/redis/(server|set-command)[.]ts$'),
    driver('opentelemetry-sdk', '@opentelemetry/(sdk-trace-base|exporter-trace-otlp-http|resources)', '^platform/observe/telemetry[.]otlp[.]ts$'),
    driver('minisearch', 'minisearch', '^platform/adapters/search-index[.]minisearch[.]ts$'),
    driver('fluent-ffmpeg', 'fluent-ffmpeg', '^workers/transcode/ffmpeg[.]ts$'),
    driver('mercurius', 'mercurius', '^bffs/device/server[.]ts$'),
    driver('gateway', '@apollo/gateway', '^supergraph/(reference|gateway/source[.]apollo)[.]ts$'),
    driver('planner', '@graphql-hive/router-query-planner', '^supergraph/engine/plan/planner[.]hive[.]ts$'),
    driver('fastify', 'fastify', '^platform/http/server[.]ts$'),
    driver('nodemailer', 'nodemailer', '^workers/notify/server[.]ts$'),
    driver('jose', 'jose', '^platform/identity/(access|issued)-token[.]ts$'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(prisma/generated|node_modules/.cache|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
