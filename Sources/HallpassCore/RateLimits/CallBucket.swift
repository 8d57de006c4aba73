/// One limit and how much of it is used up: a token bucket, told by what is missing from it.
///
/// Whole numbers throughout: a call weighs as many units as its limit has milliseconds, and each millisecond gives back as
/// many units as the limit has calls. So all of the calls are back after exactly the limit's time, and nothing is rounded on
/// the way. Times are milliseconds of a clock that is never set; one that steps back gives nothing back twice.
package struct CallBucket: Hashable, Sendable {
    private var limit: RateLimit
    private var usedUnits: Int64 = 0
    private var asOfMilliseconds: Int64

    /// Of which nothing is used.
    package init(_ limit: RateLimit, atMilliseconds now: Int64) {
        self.limit = limit
        asOfMilliseconds = now
    }

    /// Gives back what the time since has earned.
    ///
    /// - Parameter limit: what holds now. Where it changed, as many calls as were used stay used, up to all that there are now,
    ///   and come back at the new pace.
    package mutating func settle(under limit: RateLimit, atMilliseconds now: Int64) {
        if limit != self.limit {
            let (calls, rest) = usedUnits.quotientAndRemainder(dividingBy: self.limit.milliseconds)
            let converted =
                calls * limit.milliseconds + (rest * limit.milliseconds).divided(up: self.limit.milliseconds)
            usedUnits = min(converted, limit.calls * limit.milliseconds)
            self.limit = limit
        }
        // After the limit's whole time all is back, however long ago it was.
        let elapsed = min(max(0, now - asOfMilliseconds), limit.milliseconds)
        usedUnits = max(0, usedUnits - elapsed * limit.calls)
        asOfMilliseconds = max(asOfMilliseconds, now)
    }

    /// How long until there is room for one call; 0 where there is now.
    package var waitMilliseconds: Int64 {
        let excess = usedUnits + limit.milliseconds - limit.calls * limit.milliseconds
        return excess > 0 ? excess.divided(up: limit.calls) : 0
    }

    /// Takes one call.
    ///
    /// - Precondition: ``waitMilliseconds`` is 0.
    package mutating func take() {
        precondition(waitMilliseconds == 0, "a call was taken that there is no room for")
        usedUnits += limit.milliseconds
    }

    /// Undoes one ``take()``.
    package mutating func giveBack() { usedUnits = max(0, usedUnits - limit.milliseconds) }

    /// Whether it would be as good as new, and so may be forgotten.
    package func isUnused(atMilliseconds now: Int64) -> Bool {
        var settled = self
        settled.settle(under: limit, atMilliseconds: now)
        return settled.usedUnits == 0
    }
}

extension Int64 {
    /// The quotient of two positive numbers, rounded up.
    fileprivate func divided(up divisor: Int64) -> Int64 { (self + divisor - 1) / divisor }
}
