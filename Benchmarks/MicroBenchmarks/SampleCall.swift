/// A tool that changes something, as most that are worth a broker, and what it is called with.
enum SampleCall {
    static let arguments = """
        {"contact_id":"c-17","body":"Called back about the invoice of last month. The customer asks for a copy by post and for \
        a call on Thursday after ten; the number is the one on file.","visibility":"internal",\
        "idempotency_key":"add_note:c-17:turn-1","tags":["billing","call-back"],"minutes":12}
        """

    static let schema = """
        {"type":"object","required":["contact_id","body","idempotency_key"],"additionalProperties":false,"properties":{\
        "contact_id":{"type":"string","pattern":"^c-[0-9]+$"},"body":{"type":"string","maxLength":2000},\
        "visibility":{"type":"string","enum":["internal","shared"]},"tags":{"type":"array","maxItems":8,\
        "items":{"type":"string","maxLength":64}},"minutes":{"type":"integer","minimum":0,"maximum":600},\
        "idempotency_key":{"type":"string","minLength":1,"maxLength":255}}}
        """
}
