import CPCRE2

/// What PCRE2 writes to while it matches, and the account of what matching costs; one for each validation, never
/// shared.
///
/// PCRE2's match limit counts backtracking points anew for every start position and never counts the characters that a
/// repeat runs over, so `a*[bc]` takes quadratic time within any such limit. Patterns are therefore compiled with a
/// callout before every item: each is charged, with the distance the match has moved, to one budget for the whole
/// validation, and the match is abandoned when that is spent. PCRE2's own limits stand behind it.
///
/// Source: pcre2callout(3), "Automatic callouts"; pcre2api(3), pcre2_set_heap_limit and pcre2_set_depth_limit.
final class PatternMatcher {
    private let data: OpaquePointer
    private let context: OpaquePointer
    private let account: UnsafeMutablePointer<Account>

    /// The limits a single match may reach even when the work allowed is more: stack frames on the heap, in KiB, and
    /// how many of them may be nested.
    private static let heapKiB: UInt32 = 8_192
    private static let depth: UInt32 = 100_000

    private struct Account {
        var stepsLeft = 0
        var hasBackreferences = false
        var position = 0
    }

    private static let isSpent: Int32 = PCRE2_ERROR_CALLOUT

    /// Bytes a repeat runs over in about the time of one step.
    private static let bytesPerStep = 16

    init?() {
        guard let data = pcre2_match_data_create_8(1, nil) else { return nil }
        guard let context = pcre2_match_context_create_8(nil) else {
            pcre2_match_data_free_8(data)
            return nil
        }
        self.data = data
        self.context = context
        account = .allocate(capacity: 1)
        account.initialize(to: Account())
        pcre2_set_heap_limit_8(context, Self.heapKiB)
        pcre2_set_depth_limit_8(context, Self.depth)
        pcre2_set_callout_8(context, Self.charge, account)
    }

    deinit {
        pcre2_match_context_free_8(context)
        pcre2_match_data_free_8(data)
        account.deinitialize(count: 1)
        account.deallocate()
    }

    private static let charge:
        @convention(c) (UnsafeMutablePointer<pcre2_callout_block_8>?, UnsafeMutableRawPointer?) -> Int32 = {
            block, data in
            guard let block, let account = data?.assumingMemoryBound(to: Account.self) else { return isSpent }
            let position = block.pointee.current_position
            let moved = position > account.pointee.position ? position - account.pointee.position : 0
            let compared = account.pointee.hasBackreferences ? longestCapture(block.pointee) : 0
            account.pointee.position = position
            account.pointee.stepsLeft -= 1 + (moved + compared) / bytesPerStep
            return account.pointee.stepsLeft > 0 ? 0 : isSpent
        }

    /// What the next item may compare, should it be a backreference.
    private static func longestCapture(_ block: pcre2_callout_block_8) -> Int {
        guard let offsets = block.offset_vector else { return 0 }
        var longest = 0
        for capture in 1..<max(1, Int(block.capture_top)) where offsets[2 * capture] != PatternMatcher.unset {
            longest = max(longest, offsets[2 * capture + 1] - offsets[2 * capture])
        }
        return longest
    }

    /// PCRE2_UNSET, which is a macro that Swift does not see.
    private static let unset = Int(bitPattern: UInt.max)

    /// Looks for `pattern` in `text`.
    ///
    /// - Parameter steps: what is left to spend; lowered by what this match cost.
    /// - Throws: ``ValidationLimit/work`` when `steps` ran out, ``ValidationLimit/pattern`` when a single match needed
    ///   more memory than any may.
    func finds(_ pattern: Pattern, in text: String, steps: inout Int) throws(ValidationLimit) -> Bool {
        let bytes = text.utf8.count
        // The scan for a first character has no callouts, hence the share of the length for every match.
        account.pointee.stepsLeft = steps - 8 - bytes / (Self.bytesPerStep * 4)
        account.pointee.hasBackreferences = pattern.hasBackreferences
        account.pointee.position = 0
        guard account.pointee.stepsLeft > 0 else { throw .work }
        var text = text
        let answer = pattern.match(&text, data, context)
        steps = max(0, account.pointee.stepsLeft)
        switch answer {
        case 0...: return true
        case PCRE2_ERROR_NOMATCH: return false
        case Self.isSpent, PCRE2_ERROR_MATCHLIMIT: throw .work
        default: throw .pattern
        }
    }
}
