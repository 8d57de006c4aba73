import StrictJSON

/// What a file with a secret holds: the secret itself, or the JSON that `hallpass apply --secrets-file` writes for several
/// clients.
enum SecretText {
    /// - Parameter id: whose secret is meant; may be left out where there is only one.
    static func secret(of id: String?, in text: String) throws(ClientCredentials.Trouble) -> String {
        // A secret is no JSON, so what is none is taken as it stands.
        guard let object = (try? JSONParser.parse(Array(text.utf8)))?.objectValue else { return text }
        if let id, let secret = object[id]?.stringValue { return secret }
        let secrets = object.compactMap(\.value.stringValue)
        guard secrets.count == 1 else { throw secrets.isEmpty ? .notASecret : .ambiguous }
        return secrets[0]
    }
}
