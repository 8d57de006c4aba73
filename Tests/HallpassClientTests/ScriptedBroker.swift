import ScriptedServer

@testable import HallpassClient

typealias ScriptedBroker = ScriptedServer

extension ScriptedServer {
    func client(timeout: Duration = .seconds(30), troubles: TroubleLog = TroubleLog()) -> HallpassClient {
        HallpassClient(
            connection: BrokerConnection(
                address: "http://127.0.0.1:\(port)", clientID: "crm-server", secret: "not-a-secret", timeout: timeout),
            environment: nil, onTrouble: troubles.append, pause: { _ in })
    }
}

extension ScriptedServer.Script {
    static func json(_ body: JSON, status: Int = 200) -> Self { Self(status: status, body: body.text) }
}
