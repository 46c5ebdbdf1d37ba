import ClawBase
import FoundationEssentials

/// How clients name themselves to servers, for their audit logs: `PROGRAM (linux/arm64) clawkit`.
public enum UserAgent {
    /// Of this process.
    public static let current = named(ProcessInfo.processInfo.processName)

    /// Of a program; characters that a product name may not hold (RFC 9110, section 10.1.5) become `-`.
    public static func named(_ program: String) -> String {
        let name = String(
            program.unicodeScalars.map { scalar -> Character in
                let isToken = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                return isToken || "-._+".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
            })
        return "\(name.isEmpty ? "program" : name) (\(Machine.operatingSystem)/\(Machine.architecture)) clawkit"
    }
}
