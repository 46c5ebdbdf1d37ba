import ClawBase
import ClawDocuments
import HTTPTypes

/// A person's browser, as far as signing in needs one: keeps cookies by their paths.
struct Browser {
    let platform: TestPlatform
    var cookies: [String: (value: String, path: String)] = [:]

    init(_ platform: TestPlatform) { self.platform = platform }

    mutating func get(_ path: String) async -> Answer {
        let sent = cookies.filter { path.hasPrefix($0.value.path) }.map { "\($0.key)=\($0.value.value)" }.sorted()
        var headers: HTTPFields = [.accept: "text/html"]
        if !sent.isEmpty { headers[.cookie] = sent.joined(separator: "; ") }
        let answer = await platform.send(Request(.get, "http://claw.test\(path)", headers: headers))
        for set in answer.headers[values: .setCookie] {
            let parts = set.split(separator: ";").map { $0.drop { $0 == " " } }
            let pair = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let path = parts.first { $0.hasPrefix("Path=") }.map { String($0.dropFirst(5)) } ?? "/"
            cookies[pair[0]] = set.contains("Max-Age=0") ? nil : (pair[1], path)
        }
        return answer
    }

    /// Whom the control plane takes its person for.
    mutating func user() async -> String? { await get("/api/v1/me").json["user"]?.string }
}
