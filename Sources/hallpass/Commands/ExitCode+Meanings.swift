import ArgumentParser

/// What the process says to the shell. 0 is done; 64, ArgumentParser's own, is a command line that makes no sense.
extension ExitCode {
    /// The server said no, a token was denied, or `diff` found differences.
    static let refused = ExitCode(1)
    /// No server answered, or what answered is not one of ours.
    static let noServer = ExitCode(3)
    /// A local file is missing, unreadable, malformed or readable by others.
    static let localFile = ExitCode(4)
    /// A record of the audit chain does not fit.
    static let chainBroken = ExitCode(5)
}
