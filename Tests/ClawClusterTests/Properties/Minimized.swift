/// Takes steps away from a failing history as long as what is left still fails.
/// - Parameters:
///   - attempts: How often it may be run again.
///   - problem: Runs a history; nil where all is well.
/// - Returns: The shortest history found, and its own problem.
func minimized<Step>(
    _ steps: [Step], _ found: String, attempts: Int = 200, _ problem: ([Step]) async throws -> String?
) async rethrows -> (steps: [Step], problem: String) {
    var (best, last, left) = (steps, found, attempts)
    var length = best.count / 2
    while length > 0 {
        var start = 0
        while start < best.count, left > 0 {
            var fewer = best
            fewer.removeSubrange(start..<min(best.count, start + length))
            left -= 1
            if let problem = try await problem(fewer) { (best, last) = (fewer, problem) } else { start += length }
        }
        length /= 2
    }
    return (best, last)
}
