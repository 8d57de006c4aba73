import ArgumentParser
import StrictJSON

/// A command that reports what keeps it from its work in one way: a sentence and the next step, or the error in JSON.
protocol ReportingCommand: AsyncParsableCommand {
    var isJSON: Bool { get }

    func perform() async throws
}

extension ReportingCommand {
    func run() async throws {
        do {
            try await perform()
        } catch let error as APIError {
            throw try report(error.failure)
        } catch let failure as CommandFailure {
            throw try report(failure)
        }
    }

    /// - Returns: the exit code, which is all that is left to say.
    private func report(_ failure: CommandFailure) throws -> ExitCode {
        if isJSON {
            try StandardOutput.writeJSON(failure.json)
        } else {
            StandardError.writeLine(failure.text)
        }
        return failure.exitCode
    }
}

/// A command that asks a server.
protocol ClientCommand: ReportingCommand {
    var client: ClientOptions { get }
}

extension ClientCommand {
    var isJSON: Bool { client.isJSON }
}
