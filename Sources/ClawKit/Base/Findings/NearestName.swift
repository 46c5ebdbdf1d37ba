/// Finds what somebody probably meant.
public enum NearestName {
    /// The candidate with the smallest edit distance to `name`, nil where none is near enough to be a slip
    /// (more than a third of the letters, and at least two, may differ).
    public static func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
        let allowed = max(2, name.count / 3)
        return candidates.map { (candidate: $0, distance: distance(name.lowercased(), $0.lowercased())) }
            .filter { $0.distance <= allowed && $0.distance < $0.candidate.count }
            .min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }?.candidate
    }

    /// Levenshtein's distance, with a swap of neighbours counted as one edit (optimal string alignment).
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a)
        let b = Array(b)
        var rows = [Array(0...b.count)]
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
