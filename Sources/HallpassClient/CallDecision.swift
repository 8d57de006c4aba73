/// What the broker says about a call before it is made.
public enum Decision: Sendable {
    /// Make the call, now, and report how it went within its lease. Nobody else is told so.
    case execute(PermittedCall)
    /// The call was made before under its key: answer with this, and do nothing.
    case replay(Outcome)
    /// Do not make the call. The refusal is ready to be handed to the model.
    case deny(Refusal)
}

/// Leave to make one call once.
public struct PermittedCall: Sendable {
    /// Under which the outcome is reported; it is in the broker's audit too, so note it in a log of your own.
    public let id: String
    /// The person or thing that the call is made for.
    public let subject: String
    /// Who acts for the subject, as `{"sub":…,"act":{…}}`.
    public let actor: JSON?
    /// What the token allows, and the tool needs.
    public let scopes: [String]
    /// Whose call it is.
    public let tenant: String
    /// Where it is made; of a server that serves several, the one to act in.
    public let environment: String
    /// The name under which this server is registered.
    public let connector: String
    /// Within so many seconds somebody who repeats the call is told to wait.
    public let leaseSeconds: Int
    /// The whole answer, with all that the protocol has beyond these.
    public let answer: JSON
    let connection: BrokerConnection

    init?(_ answer: JSON, over connection: BrokerConnection) {
        guard let id = answer["call_id"]?.string, HallpassClient.isCallID(id),
            let subject = answer["actor"]?["sub"]?.string,
            let scope = answer["scope"]?.string, let tenant = answer["tenant"]?.string,
            let environment = answer["environment"]?.string, let connector = answer["connector"]?.string,
            let leaseSeconds = answer["lease_seconds"]?.int
        else { return nil }
        self.id = id
        self.subject = subject
        actor = answer["actor"]?["act"]
        scopes = scope.split(separator: " ").map(String.init)
        self.tenant = tenant
        self.environment = environment
        self.connector = connector
        self.leaseSeconds = leaseSeconds
        self.answer = answer
        self.connection = connection
    }
}

extension Decision {
    /// A decision, where the answer is one in every part that is relied on.
    init?(_ answer: JSON, over connection: BrokerConnection) {
        switch (answer["ok"]?.bool, answer["decision"]?.string) {
        case (true, "execute"):
            guard let call = PermittedCall(answer, over: connection) else { return nil }
            self = .execute(call)
        case (true, "replay"):
            guard let outcome = answer["result"].flatMap(Outcome.init) else { return nil }
            self = .replay(outcome)
        case (false, "deny"):
            guard let refusal = answer["error"].flatMap(Refusal.init) else { return nil }
            self = .deny(refusal)
        default: return nil
        }
    }
}
