import ClawBase
import ClawDocuments

/// What a script learns from the exit code.
enum CommandStatus: Int32, Sendable {
    case ok = 0
    case failed = 1
    case usage = 2
    /// The control plane said no and gave a finding code.
    case refused = 3
    case notFound = 4
    case unreachable = 5
}

/// Why a command did not do what it was asked for: one line on stderr and an exit code.
struct Failure: Error, Sendable, Equatable {
    let status: CommandStatus
    let finding: Finding

    init(_ status: CommandStatus, _ finding: Finding) { (self.status, self.finding) = (status, finding) }

    init(_ status: CommandStatus, _ code: FindingCode, _ message: String, field: String? = nil) {
        self.init(status, Finding(code, message, field: field))
    }

    /// The arguments make no sense, or do not suffice.
    static func usage(_ message: String, field: String = "") -> Failure {
        Failure(.usage, .usage, message, field: field.isEmpty ? nil : field)
    }

    static func notFound(_ message: String) -> Failure { Failure(.notFound, .notFound, message) }

    static func badAnswer(_ message: String) -> Failure { Failure(.failed, .badAnswer, message) }
}

extension Failure {
    /// One line for people. Codes stand only where a control plane gave them meaning.
    var line: String {
        let code = [.usage, .unreachable].contains(finding.code) ? "" : "\(finding.code): "
        let field = finding.field.map { " (\($0))" } ?? ""
        let details = finding.details.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return "claw: \(code)\(finding.message)\(field)\(details.isEmpty ? "" : " [\(details.dropFirst())]")".onOneLine
    }

    /// The same failure without a text that must not be shown.
    func hiding(_ secrets: [Secret<String>]) -> Failure {
        var finding = finding
        for secret in secrets.map({ $0.reveal() }) where !secret.isEmpty {
            finding.message = finding.message.replacing(secret, with: "[redacted]")
            finding.field = finding.field?.replacing(secret, with: "[redacted]")
            finding.details = finding.details.mapValues { $0.replacing(secret, with: "[redacted]") }
        }
        return Failure(status, finding)
    }
}

extension FindingCode {
    static let usage = FindingCode(rawValue: "E_USAGE")
    /// The answer is none a control plane would give.
    static let badAnswer = FindingCode(rawValue: "E_BAD_ANSWER")
}
