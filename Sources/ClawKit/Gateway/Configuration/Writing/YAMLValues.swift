import ClawBase
import ClawLedger
import ClawPlatform

typealias YAMLMembers = [(name: String, value: YAMLText)]

extension SecretLocation {
    var text: YAMLText {
        switch self {
        case .environment(let name): .flow([("env", .text(name))])
        case .file(let path): .flow([("file", .text(path))])
        case .cluster(let namespace, let name, let key): .flow([("secret", .text("\(namespace)/\(name)/\(key)"))])
        }
    }
}

extension Int64 {
    var dollars: YAMLText { .plain(NanoDollars(nanos: self).description) }
}

extension Duration {
    /// In the largest unit of which it is a whole number.
    var text: YAMLText {
        let units: [(name: String, nanoseconds: Int64)] = [
            ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ]
        let fitting = units.first { nanoseconds % $0.nanoseconds == 0 }
        return .plain(fitting.map { "\(nanoseconds / $0.nanoseconds)\($0.name)" } ?? "\(nanoseconds / 1_000_000)ms")
    }
}
