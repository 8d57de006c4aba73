import Foundation
import HallpassCore
import ServiceLifecycle
import StrictJSON
import Synchronization

/// The demo beside its server: sets the companies up, tells the story, and says where the server is.
final class DemoRun: Service {
    private let plan: Plan
    private let ports: AsyncStream<Int>
    private let portFound: AsyncStream<Int>.Continuation
    private let wrongSteps = Mutex(0)

    struct Plan: Sendable {
        let instance: Instance
        let seeds: String
        let server: ServerAddress
        let page: StoryPage
        /// Where the first person makes their account, while nobody has.
        let setUpLink: String?
        /// Whether the server goes on when the story is told.
        let keepsServing: Bool
    }

    /// Whose seeds the story is about.
    private static let storyFolder = "acme"

    init(_ plan: Plan) {
        self.plan = plan
        (ports, portFound) = AsyncStream.makeStream()
    }

    /// How many steps went otherwise than they should.
    var wrongStepCount: Int { wrongSteps.withLock { $0 } }

    /// To be called when the server listens.
    @Sendable
    func begin(port: Int) {
        portFound.yield(port)
        portFound.finish()
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            // Nothing comes where the server has failed to start, which it says itself.
            guard await ports.first(where: { _ in true }) != nil else { return }
            do {
                try await DemoClient.with(plan.server) { client in try await tell(client) }
            } catch is CancellationError {
                return
            } catch let error as APIError {
                throw failure(error)
            }
        }
    }

    private func failure(_ error: APIError) -> CommandFailure {
        // Only the first client's secret is not made anew where it is refused.
        guard error.code == ErrorCode.invalidClient.rawValue else { return error.failure }
        return .localFile(
            "\(plan.instance.database) does not know the secret in \(plan.instance.adminFile).",
            next: DemoCommand.startingAfresh(plan.instance))
    }

    private func tell(_ client: DemoClient) async throws {
        let path = secretsPath
        var story = try Story(
            client: client, cast: try await setUp(client),
            files: Story.Files(database: plan.instance.database) { tenant, client, secret in
                var secrets = DemoSecrets(path: path)
                secrets[tenant, client] = secret
                try secrets.write()
            })
        for step in StoryStep.allCases {
            let outcome = try await story.play(step)
            if outcome.answer != step.expected { wrongSteps.withLock { $0 += 1 } }
            try StandardOutput.writeLine(plan.page.line(step, asked: outcome.asked, answer: outcome.answer))
        }
        let wrong = wrongStepCount
        try StandardOutput.writeLine(
            wrong == 0
                ? "All \(StoryStep.allCases.count) steps answered as they should."
                : "\(wrong) of \(StoryStep.allCases.count) steps answered otherwise than they should.")
        if plan.keepsServing {
            try StandardOutput.writeLine("Serving on \(plan.server), data in \(plan.instance.folder). Ctrl-C stops it.")
            if let link = plan.setUpLink { try StandardOutput.writeLine("Your account, once, within a day: \(link)") }
        }
    }

    private func setUp(_ client: DemoClient) async throws -> Story.Cast {
        guard let admin = try AdminFile.read(plan.instance.adminFile) else {
            throw CommandFailure.localFile(
                "\(plan.instance.adminFile) is gone.", next: DemoCommand.startingAfresh(plan.instance))
        }
        let setup = DemoSetup(client: client, admin: admin.credentials)
        var secrets = DemoSecrets(path: secretsPath)
        var story: TenantID?
        for folder in try SeedFolders.names(in: plan.seeds) {
            let (tenant, clients) = try await setup.apply("\(plan.seeds)/\(folder)", into: &secrets)
            // Before anything can fail: these secrets are not shown again.
            try secrets.write()
            for id in clients { try await setup.renew(id, of: tenant, in: &secrets) }
            try secrets.write()
            if folder == Self.storyFolder { story = tenant }
        }
        guard let story else {
            throw CommandFailure.localFile("There is no \(plan.seeds)/\(Self.storyFolder).", next: "ls \(plan.seeds)")
        }
        return try cast(story, secrets)
    }

    private var secretsPath: String { plan.instance.folder + "/demo-clients.json" }

    private func cast(_ tenant: TenantID, _ secrets: DemoSecrets) throws -> Story.Cast {
        func credentials(_ client: String) throws -> ClientCredentials {
            guard let secret = secrets[tenant, client] else {
                throw CommandFailure.localFile("The seeds have no client \(client).", next: "git status \(plan.seeds)")
            }
            return try ClientCredentials(secret: secret, id: client)
        }
        return Story.Cast(
            tenant: tenant, gateway: try credentials("support-gateway"), crmServer: try credentials("crm-mcp-server"),
            billingServer: try credentials("billing-mcp-server"), operators: try credentials("acme-ops"))
    }
}

private enum SeedFolders {
    /// The folders in `folder`, one for each company, by name.
    static func names(in folder: String) throws -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw CommandFailure.localFile(
                "There is no folder \(folder) with demo companies here.",
                next: "run it in the project's folder, or name the folder: --seeds DIR")
        }
        return names.sorted().filter { name in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isDirectory)
                && isDirectory.boolValue
        }
    }
}
