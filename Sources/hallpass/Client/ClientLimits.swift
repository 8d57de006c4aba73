/// Every maximum of the command line's own side, with its unit and its reason.
enum ClientLimits {
    /// A connection to a server that is there opens in milliseconds; past this nobody is at home.
    static let connectSeconds: Int64 = 5
    /// Nothing arrives from an MCP server for so long: nobody is there any more.
    static let silenceSeconds: Int64 = 15
    /// One request and its answer: an apply of a whole tenant takes the longest.
    static let requestSeconds: Int64 = 120
    /// An answer's body: a whole tenant's documents, with room for defaults written out.
    static let answerBytes = 64 * 1024 * 1024
    /// Nesting of an answer: documents of the deepest kind stand a few levels down.
    static let answerDepth = 96
    /// Values in one answer: 100,000 documents of some 100 values.
    static let answerValues = 10_000_000
    /// A file that holds one secret, a token, or a client's credentials.
    static let smallFileBytes = 64 * 1024
    /// Folders inside folders of manifests; a deeper one is a loop or a mistake.
    static let folderDepth = 32
    /// Rows asked for at once, the most the server gives.
    static let pageRows = 500
}
