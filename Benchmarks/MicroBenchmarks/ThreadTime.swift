import Glibc

/// The time that this thread has had a core for, which others on the machine do not count in.
enum ThreadTime {
    static func nanoseconds(of body: () -> Void) -> Double {
        let start = now()
        body()
        return now() - start
    }

    private static func now() -> Double {
        var time = timespec()
        precondition(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0, "the system lacks a clock")
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
