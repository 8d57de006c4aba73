import HallpassBroker
import HallpassCore
import StrictJSON

/// `{"ok":true,"result":…}` or `{"ok":false,"error":{…}}`
enum OutcomeBody {
    static func read(_ document: JSONValue) throws -> CallOutcome {
        try JSONObjectReader.decode(document) { reader in
            switch reader.requiredBool("ok") {
            case true: reader.requiredValue("result").map(CallOutcome.result)
            case false: reader.requiredObject("error").map(CallOutcome.error)
            case nil: nil
            }
        }
    }
}
