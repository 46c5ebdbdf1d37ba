import ClawKit
import Foundation

/// How the example programs fail: one clear line per finding on stderr, and exit code 1 (2 for a wrong call).
public func explain(_ error: any Error, program: String) -> String {
    switch error {
    case let error as InvalidConfiguration: error.findings.map { "\(program): \($0)" }.joined(separator: "\n")
    case let error as Finding: "\(program): \(error)"
    case let error as KubernetesError: "\(program): E_KUBERNETES: \(error)"
    case let error as TransportError: "\(program): E_UNREACHABLE: \(error.message)"
    default: "\(program): \(error)"
    }
}

public func fail(_ error: any Error, program: String) -> Never {
    FileHandle.standardError.write(Data((explain(error, program: program) + "\n").utf8))
    exit(1)
}
