import BenchmarkSupport
import Foundation

// The figures of controllers; `run.sh controllers` calls them in turn.

let arguments = Array(CommandLine.arguments.dropFirst())

switch arguments.first {
case "reconciles": try await measureReconciles()
case "rollouts": try await measureRollouts(arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000)
default:
    FileHandle.standardError.write(Data("usage: controller-benchmark reconciles | rollouts [COUNT]\n".utf8))
    exit(1)
}
