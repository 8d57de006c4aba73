import ArgumentParser
import Foundation

struct TokenDecodeCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Show what a token says, without verifying it.",
        discussion: """
            Asks no server and needs no client. What it shows is what whoever wrote the token put there.

            Example:
              hallpass token mint … | hallpass token decode
            """)

    @Argument(help: "The file that holds the token, or - for standard input. Else standard input.")
    var token: String?

    @Flag(name: .customLong("json"), help: "Answer in JSON, errors too, on standard output.")
    var isJSON = false

    func perform() async throws {
        guard let decoded = DecodedToken(unverified: try TokenText.read(token ?? "-")) else {
            throw CommandFailure.localFile(
                "This is not a token: it is not three parts of base64url with JSON in the first two.",
                next: "hallpass token mint --help")
        }
        if isJSON {
            try StandardOutput.writeJSON(decoded.json)
        } else {
            try StandardOutput.writeLine(decoded.text(now: Int64(Date().timeIntervalSince1970)))
        }
    }
}
