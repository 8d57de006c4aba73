package import StrictJSON

/// `{tool, schema, when_violated: {code, message, retryable, suggested_action}, approval?}`
extension Constraint {
    fileprivate init?(reading reader: JSONObjectReader) {
        let tool = reader.requiredString("tool", orElse: ToolName.rule, ToolName.init)
        let schema = reader.requiredObject("schema")
        let whenViolated = reader.requiredObject("when_violated", ConstraintRefusal.init(reading:))
        let approval = reader.optionalChoice("approval", ConstraintApproval.self)
        guard let tool, let schema, let whenViolated else { return nil }
        if approval == .offer, whenViolated.suggestedAction != ConstraintRefusal.humanApproval {
            reader.refuse(
                at: reader.pointer.appending("when_violated").appending("suggested_action"), rule: "approval",
                message: "must be \(ConstraintRefusal.humanApproval), because the constraint offers an approval")
        }
        self.init(tool: tool, schema: .object(schema), whenViolated: whenViolated, approval: approval)
    }

    package var json: JSONValue {
        var object = JSONObject()
        object["tool"] = .string(tool.rawValue)
        object["schema"] = schema
        object["when_violated"] = [
            "code": .string(whenViolated.code), "message": .string(whenViolated.message),
            "retryable": .bool(whenViolated.isRetryable), "suggested_action": .string(whenViolated.suggestedAction),
        ]
        object["approval"] = approval.map { .string($0.rawValue) }
        return .object(object)
    }
}

extension ConstraintRefusal {
    fileprivate init?(reading reader: JSONObjectReader) {
        let wordRule = "must be 1 to 64 of A-Z a-z 0-9 _ - and not one of the broker's own codes"
        let code = reader.requiredString("code", orElse: wordRule) { text in
            Self.isWord(text) && ErrorCode(rawValue: text) == nil ? text : nil
        }
        let message = reader.requiredFreeText("message")
        let isRetryable = reader.requiredBool("retryable")
        let action = reader.requiredString("suggested_action", orElse: "must be 1 to 64 of A-Z a-z 0-9 _ -") { text in
            Self.isWord(text) ? text : nil
        }
        guard let code, let message, let isRetryable, let action else { return nil }
        self.init(code: code, message: message, isRetryable: isRetryable, suggestedAction: action)
    }
}

extension JSONObjectReader {
    func optionalConstraints(_ name: String) -> [Constraint]? {
        optionalObjectArray(name, count: 0...Limits.constraintsPerResource, Constraint.init(reading:))
    }
}

extension Constraint {
    /// Reads a list back as ``json`` wrote it.
    ///
    /// - Returns: `nil` for anything else.
    package static func list(json: JSONValue) -> [Constraint]? {
        var document = JSONObject()
        document["constraints"] = json
        // What exactly is wrong is for whoever wrote it; nobody but us did.
        return try? JSONObjectReader.decode(.object(document)) { $0.optionalConstraints("constraints") }
    }
}
