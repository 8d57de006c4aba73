import Foundation
import StrictJSON

/// One file's documents: several in a YAML stream; an object, or a list of them, in either language.
enum ManifestFile {
    /// - Parameter file: its extension decides the language.
    static func documents(of bytes: [UInt8], file: String) throws(ManifestTrouble) -> [Manifest.Document] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ManifestTrouble(rule: "syntax", "is not UTF-8 text")
        }
        let isJSON = URL(fileURLWithPath: file).pathExtension.lowercased() == "json"
        let roots = isJSON ? [try JSONSource.read(bytes)] : try YAMLSource.read(text)
        var documents: [Manifest.Document] = []
        for root in roots {
            for (value, source) in try root.flattened() {
                documents.append(Manifest.Document(value: value, file: file, source: source))
            }
        }
        return documents
    }
}

/// A value and where its parts stand.
struct LocatedValue {
    let value: JSONValue
    let source: SourceMap

    /// The documents in it: itself, or its elements.
    fileprivate func flattened() throws(ManifestTrouble) -> [(JSONValue, SourceMap)] {
        var found = [(value, source)]
        if case .array(let values) = value, case .elements(let sources) = source.parts {
            found = Array(zip(values, sources))
        }
        for (value, source) in found where value.objectValue == nil {
            throw ManifestTrouble(line: source.line, rule: "type", "a document must be an object")
        }
        return found
    }
}
