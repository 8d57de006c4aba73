/// The story, step by step, with the one answer to each that is right.
enum StoryStep: CaseIterable, Sendable {
    case noteAllowed
    case sameTokenAgain
    case toolOffTheList
    case actorWithoutGrant
    case scopeTooMany
    case otherConnector
    case oneBitChanged
    case oneSecondLivedOut
    case revoked
    case wrongValue
    case overTheLimit
    case approved
    case retried
    case otherArguments
    case gatewayRevoked
    case leakedTokens
    case leakedSecret
    case goesOn
    case auditListsAll
    case chainHolds
    case byteChanged

    var title: String {
        switch self {
        case .noteAllowed: "Alice's agent may add a note"
        case .sameTokenAgain: "The same token again"
        case .toolOffTheList: "A tool off the allow-list"
        case .actorWithoutGrant: "Bob, without a grant"
        case .scopeTooMany: "A scope too many"
        case .otherConnector: "The token at another connector"
        case .oneBitChanged: "One bit changed"
        case .oneSecondLivedOut: "A life of one second, lived out"
        case .revoked: "Revoked"
        case .wrongValue: "A value that is not on the list"
        case .overTheLimit: "A refund over the limit"
        case .approved: "The refund, approved by a person"
        case .retried: "The same call retried"
        case .otherArguments: "Other arguments under its key"
        case .gatewayRevoked: "The gateway's secret has leaked"
        case .leakedTokens: "What it had minted"
        case .leakedSecret: "The secret that leaked"
        case .goesOn: "It goes on with another"
        case .auditListsAll: "The audit lists every one of them"
        case .chainHolds: "The audit's chain verifies"
        case .byteChanged: "Unless somebody changes it"
        }
    }

    var expected: String {
        switch self {
        case .noteAllowed: "execute"
        case .sameTokenAgain: "token_already_used"
        case .toolOffTheList: "tool_not_allowed"
        case .actorWithoutGrant: "actor_not_granted"
        case .scopeTooMany: "insufficient_scope"
        case .otherConnector: "wrong_audience"
        case .oneBitChanged: "bad_signature"
        case .oneSecondLivedOut: "token_expired"
        case .revoked: "inactive"
        case .wrongValue: "invalid_arguments"
        case .overTheLimit: "REFUND_EXCEEDS_LIMIT"
        case .approved: "execute"
        case .retried: "replay"
        case .otherArguments: "idempotency_conflict"
        case .gatewayRevoked: "all revoked"
        case .leakedTokens: "token_revoked"
        case .leakedSecret: "invalid_client"
        case .goesOn: "execute"
        case .auditListsAll: "all there"
        case .chainHolds: "unbroken"
        case .byteChanged: "broken at that record"
        }
    }
}
