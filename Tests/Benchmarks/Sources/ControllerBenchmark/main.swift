import BenchmarkSupport
import Foundation

// The figures of controllers; `run.sh controllers` calls them in turn.

let arguments = Array(CommandLine.arguments.dropFirst())

switch (arguments.first, arguments.count) {
case ("reconciles", 1): try await measureReconciles()
case ("rollouts", 1...2): try await measureRollouts(arguments.last.flatMap { Int($0) } ?? 10_000)
case ("requests", 1...2): try await countRequests(arguments.last.flatMap { Int($0) } ?? 100)
case ("operator", 4...):
    do { try await measureOperator(arguments[1], Int(arguments[2]) ?? 500, Array(arguments[3...])) } catch {
        FileHandle.standardError.write(Data("\(arguments[1]): \(error)\n".utf8))
        exit(1)
    }
case ("runtimes-rest", 1...2):
    try await measureRestingRuntimes(arguments.count > 1 ? Int(arguments[1]) ?? 10_000 : 10_000, CommandLine.arguments[0])
case ("runtimes-claim", 1...5):
    let numbers = arguments.dropFirst().compactMap { Int($0) }
    func number(_ place: Int, _ otherwise: Int) -> Int { place < numbers.count ? numbers[place] : otherwise }
    try await measureClaims(
        ClaimWish(rate: number(0, 50), count: number(1, 500), pool: number(2, 100), latency: number(3, 0)))
case ("runtimes-suspend", 1...2): try await measureSuspension(arguments.count > 1 ? Int(arguments[1]) ?? 2000 : 2000)
case ("runtimes-wake", 1...2): try await measureWaking(arguments.count > 1 ? Int(arguments[1]) ?? 50 : 50)
case ("orchestrate", 1): try await orchestrate()
case ("operate", 1): try await operateSites()
default:
    FileHandle.standardError.write(
        Data("usage: controller-benchmark reconciles | rollouts [COUNT] | requests [COUNT] | operator NAME COUNT COMMAND… | operate | runtimes-rest [COUNT] | runtimes-suspend [COUNT] | runtimes-wake [ROUNDS] | runtimes-claim [RATE [COUNT [POOL [LATENCY]]]]\n".utf8))
    exit(1)
}
