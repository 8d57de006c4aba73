/// Every maximum in the product, with its unit and its reason.
package enum Limits {
    /// A request body: room for a tool call's arguments, small enough that a thousand at once fit in memory.
    package static let requestBodyBytes = 256 * 1024
    /// A manifest of a whole tenant, sent by `hallpass apply`.
    package static let applyBodyBytes = 16 * 1024 * 1024
    /// A compact token, as the protocol says; every header a proxy is likely to see takes it.
    package static let tokenBytes = 4_096
    /// An identity provider's token, with room for a thousand groups; half of what a request may hold.
    package static let identityTokenBytes = 128 * 1024
    /// A JSON document's nesting; tool arguments deeper than this are no one's.
    package static let jsonDepth = 64

    /// `tenant`, `environment`, `connector`, `client_id`, `grant`: one path segment, one column.
    package static let identifierBytes = 64
    /// A tool's name, as MCP allows.
    package static let toolNameBytes = 128
    /// One scope token of RFC 6749.
    package static let scopeBytes = 128
    /// Scopes in one set: a token must hold them all and stay under ``tokenBytes``.
    package static let scopesPerSet = 64
    /// A subject, a group or an idempotency key: OpenID Connect caps `sub` at 255 characters.
    package static let subjectBytes = 255
    /// Groups of one actor that are looked at.
    package static let groupsPerActor = 1_000
    /// Nested `act` claims.
    package static let actorChainDepth = 4
    /// The caller's own transaction id.
    package static let transactionIDBytes = 128
    /// A connector's `resource`, which every token carries as its audience.
    package static let resourceBytes = 512
    /// Free text in the registry: descriptions, owners, reasons.
    package static let descriptionBytes = 4_096
    /// Tools of one connector.
    package static let toolsPerConnector = 1_000
    /// Deployments that one `mcp_server` client owns.
    package static let deploymentsPerClient = 1_000
    /// Mints in one batch, as the protocol says.
    package static let mintsPerBatch = 64
    /// Documents in one `apply`.
    package static let documentsPerApply = 100_000

    /// The longest any token may live, in seconds.
    package static let tokenLifetimeSeconds: ClosedRange<Int64> = 1...3_600
    /// A call token's life unless the mint asks for another, in seconds.
    package static let callTokenLifetimeSeconds: Int64 = 60
    /// A session token's life unless the mint asks for another, in seconds.
    package static let sessionTokenLifetimeSeconds: Int64 = 300
    /// How far ahead of the clock `iat` may lie, in seconds: a clock stepped back by its time service refuses no one.
    package static let clockLeewaySeconds: Int64 = 5
    /// How long a server that was told to execute may take to say how it went, unless its deployment says otherwise.
    package static let leaseDefaultSeconds: Int64 = 300
    /// What a deployment may say of that: past an hour a lost call would be unknown for too long.
    package static let leaseSeconds: ClosedRange<Int64> = 1...3_600
    /// How long an idempotency key is remembered, unless its deployment says otherwise: a day.
    package static let idempotencyRetentionDefaultSeconds: Int64 = 86_400
    /// What a deployment may say of that: an hour to thirty days.
    package static let idempotencyRetentionSeconds: ClosedRange<Int64> = 3_600...2_592_000
    /// A result that is kept for replay; of a larger one only the digest is kept.
    package static let outcomeBytes = 64 * 1024
    /// The body of an outcome: a large result is worth reading, to record its digest.
    package static let outcomeBodyBytes = 4 * 1024 * 1024
    /// Constraints of one deployment or grant.
    package static let constraintsPerResource = 256
    /// Calls of one rate limit: past a million at once nothing is limited.
    package static let rateLimitCalls: ClosedRange<Int64> = 1...1_000_000
    /// The time in which they are given back. What was used is kept in memory and a restart forgets it, so a quota for a day
    /// would not be one.
    package static let rateLimitSeconds: ClosedRange<Int64> = 1...3_600
    /// Buckets of one tenant that are remembered at once, so that no tenant's many actors take the memory of all: so many were
    /// measured at 20 MB.
    package static let rateBucketsPerTenant = 20_000
    /// Warnings in the answer to one change of the registry; nobody reads more at once.
    package static let warningsPerChange = 1_000
    /// How long an approval lives from its request, unless its deployment says otherwise: an hour.
    package static let approvalLifetimeDefaultSeconds: Int64 = 3_600
    /// What a deployment may say of that: a minute to a week.
    package static let approvalLifetimeSeconds: ClosedRange<Int64> = 60...604_800
    /// Canonical arguments of a call that needs an approval: a person has to read them.
    package static let approvalArgumentsBytes = 64 * 1024
    /// Calls of one actor that wait for a decision, so that nobody fills the queue of those who decide.
    package static let pendingApprovalsPerActor = 20
    /// When to ask again about an approval nobody has decided on: people do not answer within a second.
    package static let approvalPollSeconds = 15
    /// An approval is there to be looked at for this long past its expiry, in seconds: a week; the audit keeps what it says.
    package static let approvalRetentionSeconds: Int64 = 604_800
    /// An upstream's API key, client secret, refresh token or access token: what fits into a header of most servers.
    package static let credentialBytes = 8_192
    /// What an upstream's token may claim to live, in seconds: a year; more is a mistake.
    package static let upstreamTokenLifetimeSeconds: Int64 = 31_536_000
    /// One request to an upstream's token endpoint with its whole answer, in seconds.
    package static let upstreamRequestSeconds: Int64 = 10
    /// The answer of a token endpoint: two tokens and some text.
    package static let upstreamAnswerBytes = 64 * 1024
    /// Requests to revoke one token at its provider.
    package static let upstreamRevocationAttempts = 3
    /// Token rows are kept this long past their expiry, in seconds, so that a clock set back finds them still.
    package static let tokenRetentionSeconds: Int64 = 3_600

    /// How long after a change of the data key something may still arrive that was sealed under the one before, in seconds: what
    /// a request had begun with it waits for an upstream or for the disk for minutes at most.
    package static let dataKeyOverlapSeconds: Int64 = 3_600
    /// How many numbers of tokens and cutoffs are left out after a restore, so that none is given that was given in the time
    /// which the copy does not know of: some ten thousand a second for three years, and room for thousands of restores in
    /// what JSON numbers hold exactly.
    package static let restoreSequenceGap: Int64 = 1_000_000_000_000
    /// A superseded signing key is kept this much longer than its last token lives, in seconds: a mint that had begun with it
    /// may wait for the disk.
    package static let keyOverlapMarginSeconds: Int64 = 60
    /// Audiences of one issuer: one a gateway, and some for the time in which one replaces another.
    package static let audiencesPerIssuer = 32
    /// Keys registered with one issuer; providers have a handful at a time.
    package static let keysPerIssuer = 64
    /// Keys in a set that a provider publishes, those for other purposes included.
    package static let publishedKeys = 256
    /// What a provider answers for its key set: 256 keys with their certificates.
    package static let keySetBytes = 256 * 1024
    /// How long fetching one may take, in seconds; who waits for it is somebody's call.
    package static let keySetFetchSeconds: Int64 = 5
    /// How long a fetched set is used without looking again, in seconds: a key that its provider withdraws counts this long
    /// at most.
    package static let keySetFreshSeconds: Int64 = 300
    /// How long the last good set is used when its provider does not answer, in seconds: about as long as tokens that were
    /// signed before then are good.
    package static let keySetKeptSeconds: Int64 = 3_600
    /// The shortest time between two fetches of one set, in seconds, whatever the reason.
    package static let keySetRetrySeconds: Int64 = 10
    /// An RSA modulus: below, it can be factored; above, one check costs milliseconds.
    package static let rsaKeyBits: ClosedRange<Int> = 2_048...8_192
    /// What stands before the subjects and groups of one issuer; they still have to be names of ``subjectBytes``.
    package static let identityPrefixBytes = 64
    /// How old an issuer may ask its tokens to be at most: up to thirty days.
    package static let identityTokenAgeSeconds: ClosedRange<Int64> = 1...2_592_000
    /// How far ahead of ours an issuer's clock may be, in seconds: it runs on another machine, under another's care.
    package static let issuerClockLeewaySeconds: Int64 = 30

    /// How long a client secret may be good, where its maker says: a minute to three years.
    package static let secretLifetimeSeconds: ClosedRange<Int64> = 60...94_608_000
    /// Live secrets of one client: two, so that a rotation has an overlap.
    package static let secretsPerClient = 2
    /// A person's password: long enough to withstand guessing, short enough that hashing it costs nothing beside its own hash.
    package static let passwordBytes = 12...1_024
    /// A session that nobody uses ends after so long, in seconds.
    package static let sessionIdleSeconds: Int64 = 30 * 60
    /// A session ends after so long, however much it is used, in seconds: a working day with its breaks.
    package static let sessionLifetimeSeconds: Int64 = 12 * 3_600
    /// Sessions of one person; the one that was used least recently makes room for another.
    package static let sessionsPerAccount = 20
    /// A one-time link is good for so long, in seconds.
    package static let invitationSeconds: Int64 = 24 * 3_600
    /// What is kept of a browser's own description of itself.
    package static let userAgentBytes = 256
    /// People of one tenant.
    package static let accountsPerTenant = 10_000
    /// Refusals of one unknown source that are recorded one by one in a minute; the rest are counted in one record.
    package static let refusalsRecordedPerMinute = 100
    /// Unknown sources that are told apart in a minute, some 100 bytes each.
    package static let refusalSources = 10_000
    /// Entries waiting for the one writer; past this, callers are told to come back.
    package static let ledgerQueueEntries = 8_192
    /// Calls of one tenant that are worked on at once: as many as one transaction takes, because more would only wait longer.
    package static let workPerTenant = 1_024
    /// The same of all tenants: what is begun is done within a second.
    package static let workInAll = 4_096
    /// Of that what each tenant has in any case.
    package static let workReserved = 64
    /// Entries in one transaction: bounds how long a commit can take.
    package static let ledgerBatchEntries = 1_024
    /// Free disk below which a server says that it is not ready: a full transaction, twice, in the log and in the file.
    package static let diskReserveBytes: UInt64 = 4 * 1024 * 1024
    /// Who follows one tenant's revocations at a time: its gateways and MCP servers, each a process or two.
    package static let feedFollowersPerTenant = 64
    /// Followers of all tenants: a quarter of the connections there are by default.
    package static let feedFollowers = 512
    /// What waits for one follower: an incident's worth of revocations; past it the follower starts over.
    package static let feedBacklogEvents = 256
    /// Pages of one person that follow a tenant's activity: fewer than the six connections that a browser has to one server.
    package static let activityFollowersPerCaller = 4
    /// Who follows one tenant's activity at a time: people who look, each at a screen or two.
    package static let activityFollowersPerTenant = 32
    /// Of all tenants.
    package static let activityFollowers = 256
    /// What waits for one of them; each event has all that is to be known, so whoever is behind loses nothing by starting over.
    package static let activityBacklogEvents = 8
    /// How old a count may be that all who follow a tenant are told, in milliseconds: they are told no more often.
    package static let activityAgeMilliseconds: Int64 = 1_000
    /// MCP servers that one tenant has asked for their tools at once: each may cost the memory of its answers.
    package static let toolFetchesPerTenant = 2
    /// Of all tenants.
    package static let toolFetches = 8
    /// The whole conversation with one of them, in seconds: a person waits for it.
    package static let toolFetchSeconds: Int64 = 30
    /// All its answers: a thousand tools with schemas of some kilobytes.
    package static let toolAnswerBytes = 4 * 1024 * 1024
    /// Pages of its list: as many as would hold a thousand tools, five on each.
    package static let toolPages = 200
    /// Audit records in one delivery of the continuous export.
    package static let exportBatchRecords = 500
    /// What they take as lines: half of what nginx, unless told otherwise, lets a request's body have. A record that is larger
    /// goes alone.
    package static let exportBatchBytes = 512 * 1024
    /// How long one delivery to a webhook may take, in seconds.
    package static let exportRequestSeconds: Int64 = 10
    /// The first pause after a delivery that failed and the longest, in seconds: nobody waits for it, and a receiver that is
    /// back should not have to wait long either.
    package static let exportRetrySeconds: ClosedRange<Int64> = 1...300
    /// How long after a trim of a chain the next one may be, in seconds: each adds a record, and a quiet chain should not
    /// consist of them.
    package static let auditTrimSeconds: Int64 = 86_400
    /// Rows of one page of a list.
    package static let pageSize: ClosedRange<Int> = 1...500
    /// How many audit records one request looks through: a quarter of a second's reading.
    package static let auditRecordsPerSearch: Int64 = 25_000
}
