import BenchmarkSupport
import Foundation

// The figures of the embedded cluster, section by section; `run.sh` calls them in turn.

let arguments = CommandLine.arguments.dropFirst()

switch arguments.first {
case "start": try await measureStart()
case "verbs": try await measureVerbs()
case "serve": try await serve()
case "watchers": try await measureWatchers()
case "memory": try await measureMemory()
case "rollout": try await measureRollout()
case "hours": try await measureHours()
default:
    FileHandle.standardError.write(
        Data("usage: cluster-benchmark start | verbs | serve | watchers | memory | rollout | hours\n".utf8))
    exit(1)
}
