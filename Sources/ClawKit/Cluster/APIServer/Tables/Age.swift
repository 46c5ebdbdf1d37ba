import ClawBase

/// How long ago something was, as kubectl shows it: `5s`, `3m10s`, `2d4h`.
enum Age {
    static func text(since timestamp: String?, now: Timestamp) -> String {
        guard let timestamp, let moment = Timestamp(rfc3339: timestamp) else { return "<unknown>" }
        return text(now - moment)
    }

    /// Two units while the larger one is small, one beyond.
    static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        if seconds < 0 { return seconds < -1 ? "<invalid>" : "0s" }
        if seconds < 120 { return "\(seconds)s" }
        let minutes = seconds / 60
        if minutes < 10 { return both(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        let hours = minutes / 60
        if hours < 8 { return both(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        let days = hours / 24
        if days < 8 { return both(days, "d", hours % 24, "h") }
        if days < 365 * 2 { return "\(days)d" }
        if days < 365 * 8 { return both(days / 365, "y", days % 365, "d") }
        return "\(days / 365)y"
    }

    private static func both(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
    }
}
