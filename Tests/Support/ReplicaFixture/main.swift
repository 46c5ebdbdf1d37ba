import ClawBase
import ClawKubernetes
import Foundation
import Logging

// Programs for tests that stop, kill and freeze the replicas of a controller.
//
//   replica-fixture KUBECONFIG NAMESPACE IDENTITY leader|shards LEASE RENEW RETRY
//   replica-fixture KUBECONFIG NAMESPACE KEYS work PAUSE
//
// The first is a replica; LEASE in seconds, RENEW and RETRY in milliseconds. The second gives replicas work: so many
// ConfigMaps w0, w1, …, of which one changes after each PAUSE, in milliseconds, until it is ended.

let arguments = Array(CommandLine.arguments.dropFirst())
let numbers = arguments.dropFirst(4).compactMap { Int($0) }
guard arguments.count >= 4, let client = try? KubernetesClient.connect(kubeconfig: arguments[0]) else { usage() }

switch (arguments[3], numbers.count) {
case ("leader", 3), ("shards", 3):
    try await runReplica(
        arguments[2], in: arguments[1], sharing: arguments[3] == "shards", lease: .seconds(numbers[0]),
        renew: .milliseconds(numbers[1]), retry: .milliseconds(numbers[2]), client)
case ("work", 1):
    guard let keys = Int(arguments[2]), keys > 0 else { usage() }
    try await giveWork(keys, in: arguments[1], every: .milliseconds(numbers[0]), client)
default: usage()
}

func usage() -> Never {
    FileHandle.standardError.write(Data("replica-fixture KUBECONFIG NAMESPACE …: see its main.swift\n".utf8))
    exit(2)
}
