import ArgumentParser
import Foundation
import Logging
import Testing

@testable import hallpass

struct ServerSettingsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func settings(
        flags: [String: String] = [:], environment: [String: String] = [:], file: String? = nil
    ) throws -> ServerSettings {
        try ServerSettings(from: SettingSources(flags: flags, environment: environment, file: file))
    }

    @Test func `without a word everything has its default`() throws {
        let settings = try settings()
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 8_080)
        #expect(settings.issuer == "http://127.0.0.1:8080")
        #expect(settings.database == "var/hallpass.sqlite")
        #expect(settings.keyFile == nil)
        #expect(settings.publicFolder == "Public")
        #expect(settings.tls == nil)
        #expect(settings.logLevel == .info)
        #expect(settings.logFormat == .human)
        #expect(settings.shutdownDeadlineSeconds == 20)
        #expect(settings.connectionsMaximum == 2_048)
        #expect(settings.idleTimeoutSeconds == 30)
    }

    /// Every subset of the three places, and which of them wins.
    @Test(
        arguments: [
            (nil, nil, nil, 8_080), (nil, nil, "3", 3), (nil, "2", nil, 2), (nil, "2", "3", 2), ("1", nil, nil, 1),
            ("1", nil, "3", 1), ("1", "2", nil, 1), ("1", "2", "3", 1),
        ] as [(String?, String?, String?, Int)])
    func `flags beat the environment, which beats the file`(
        flag: String?, variable: String?, line: String?, port: Int
    ) throws {
        let settings = try settings(
            flags: flag.map { ["port": $0] } ?? [:], environment: variable.map { ["HALLPASS_PORT": $0] } ?? [:],
            file: line.map { try folder.write("c.yaml", "port: \($0)\n") })
        #expect(settings.port == port)
    }

    @Test(arguments: [
        ("c.yaml", "port: 9\nlog-format: json\ntls-key: k\ntls-certificate: c\n"),
        ("c.yml", "{port: '9', \"log-format\": json, tls-key: k, tls-certificate: c}"),
        ("c.json", #"{"port": 9, "log-format": "json", "tls-key": "k", "tls-certificate": "c"}"#),
        ("c.conf", "# settings\n---\nport: 9\nlog-format: json\ntls-key: k\ntls-certificate: c\n"),
    ])
    func `the file is YAML or JSON, whatever it is called`(name: String, text: String) throws {
        let settings = try settings(file: folder.write(name, text))
        #expect(settings.port == 9)
        #expect(settings.logFormat == .json)
        #expect(settings.tls == ServerSettings.TLSFiles(certificate: "c", key: "k"))
        #expect(settings.issuer == "https://127.0.0.1:9")
    }

    @Test(arguments: ["", "# nothing\n", "{}"])
    func `an empty file sets nothing`(text: String) throws {
        #expect(try settings(file: folder.write("c.yaml", text)).port == 8_080)
    }

    @Test func `a variable set to nothing is not set`() throws {
        #expect(try settings(environment: ["HALLPASS_PORT": ""], file: folder.write("c.yaml", "port: 3")).port == 3)
    }

    @Test(arguments: [
        ("127.0.0.1", 1, "http://127.0.0.1:1"), ("::1", 2, "http://[::1]:2"),
        ("broker.example", 3, "http://broker.example:3"),
    ])
    func `the issuer is made of host and port`(host: String, port: Int, issuer: String) throws {
        #expect(try settings(flags: ["host": host, "port": String(port)]).issuer == issuer)
    }

    @Test(
        arguments: [
            (["port": "x"], [:], "--port must be a whole number from 1 to 65535."),
            ([:], ["HALLPASS_PORT": "0"], "HALLPASS_PORT must be a whole number from 1 to 65535."),
            (["port": "x"], ["HALLPASS_PORT": "1"], "--port must be a whole number from 1 to 65535."),
            (["host": "a b"], [:], "--host must be a host name or an IP address."),
            (["database": ""], [:], "--database must be a path."),
            (
                ["log-level": "loud"], [:],
                "--log-level must be one of trace, debug, info, notice, warning, error, critical."
            ),
            ([:], ["HALLPASS_LOG_FORMAT": "xml"], "HALLPASS_LOG_FORMAT must be one of json, human."),
            (
                ["issuer": "broker"], [:],
                "--issuer must be an http:// or https:// URL without query, fragment or a slash at the end."
            ),
            (["host": "0.0.0.0"], [:], "issuer must be set where host is 0.0.0.0, because every token names it."),
            (["host": "::"], [:], "issuer must be set where host is ::, because every token names it."),
            (["tls-key": "k"], [:], "tls-certificate must be set where tls-key is."),
            ([:], ["HALLPASS_TLS_CERTIFICATE": "c"], "tls-key must be set where tls-certificate is."),
            (
                ["audit-export-url": "https://siem.example"], [:],
                "audit-export-secret-file must be set where audit-export-url is."
            ),
            (["audit-export-secret-file": "s"], [:], "audit-export-url must be set where audit-export-secret-file is."),
            (
                ["audit-export-url": "http://siem.example", "audit-export-secret-file": "s"], [:],
                "--audit-export-url must be an https URL without user and fragment; http only at localhost, 127.0.0.1 or [::1]."
            ),
            (["audit-export-format": "cef"], [:], "--audit-export-format must be one of jsonl, ocsf."),
            (
                [:], ["HALLPASS_SHUTDOWN_DEADLINE_SECONDS": "3601"],
                "HALLPASS_SHUTDOWN_DEADLINE_SECONDS must be a whole number from 1 to 3600."
            ),
        ] as [([String: String], [String: String], String)])
    func `a bad value is one sentence with the setting and its rule`(
        flags: [String: String], environment: [String: String], sentence: String
    ) throws {
        let failure = #expect(throws: CommandFailure.self) { try settings(flags: flags, environment: environment) }
        #expect(failure?.message == sentence)
        #expect(failure?.exitCode == .localFile)
        #expect(failure?.next == "hallpass serve --help")
    }

    @Test func `all that is wrong is said at once`() throws {
        let failure = #expect(throws: CommandFailure.self) {
            try settings(flags: ["port": "x", "log-format": "xml", "tls-key": "k"])
        }
        #expect(failure?.message == "3 settings are not valid.")
        #expect(Set(failure?.details.map(\.path) ?? []) == ["--port", "--log-format", "tls-certificate"])
    }

    @Test(arguments: [
        ("port: 80a", "port in FILE must be a whole number from 1 to 65535."),
        ("port: 1\nprot: 1", #"FILE:2 has "prot", which is not a setting."#),
        ("port: [1]", "FILE:1 gives port a list or a mapping where one value belongs."),
        ("port: {a: 1}", "FILE:1 gives port a list or a mapping where one value belongs."),
        ("[port]", "The configuration file FILE must hold setting names with their values."),
        ("port", "The configuration file FILE must hold setting names with their values."),
        ("port: '", "The configuration file FILE is not valid YAML or JSON."),
        ("port: 1\nport: 2", "The configuration file FILE is not valid YAML or JSON."),
    ])
    func `what is wrong in the file is said with its place`(text: String, sentence: String) throws {
        let file = try folder.write("c.yaml", text)
        let failure = #expect(throws: CommandFailure.self) { try settings(file: file) }
        #expect(failure?.message == sentence.replacing("FILE", with: file))
    }

    @Test func `a file that is not there is a refusal, not an empty one`() throws {
        let failure = #expect(throws: CommandFailure.self) { try settings(file: "\(folder.path)/none.yaml") }
        #expect(failure?.message == "\(folder.path)/none.yaml cannot be read: no such file or directory.")
    }
}

struct ServerFlagsTests {
    @Test(arguments: ServerSettings.table)
    func `every setting is a flag that reaches its own place`(setting: Setting) throws {
        let flags = try ServerFlags.parse([setting.flag, "value"])
        #expect(flags.given == [setting.name: "value"])
    }

    @Test func `nothing given is nothing set`() throws {
        #expect(try ServerFlags.parse([]).given.isEmpty)
    }

    @Test(arguments: ServerSettings.table)
    func `every setting is an environment variable that reaches its own place`(setting: Setting) throws {
        #expect(setting.environmentName.allSatisfy { $0.isUppercase || $0 == "_" })
        // A value that no rule takes is refused in the variable's name, so it was read.
        let failure = #expect(throws: CommandFailure.self) {
            try ServerFlags.parse([]).settings(environment: [setting.environmentName: "\u{0} "])
        }
        let refused = failure?.details.map(\.path) ?? []
        #expect(
            refused.contains(setting.environmentName) || failure?.message.hasPrefix(setting.environmentName) == true)
    }

    @Test func `the file is named by flag before environment`() throws {
        let folder = try TemporaryFolder()
        let one = try folder.write("1.yaml", "port: 1")
        let two = try folder.write("2.yaml", "port: 2")
        let environment = [ServerFlags.fileEnvironmentName: two]
        #expect(try ServerFlags.parse(["--config", one]).settings(environment: environment).port == 1)
        #expect(try ServerFlags.parse([]).settings(environment: environment).port == 2)
    }

    @Test func `the operators' page has the very same table`() throws {
        let page = try String(contentsOfFile: "\(Repository.root)/docs/operators.md", encoding: .utf8)
        #expect(page.contains(ServerSettings.markdown))
    }
}
