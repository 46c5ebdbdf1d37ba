import BenchmarkSupport
import Foundation

// The figures of the client, section by section; `run.sh` calls them in turn. Compare the lines of one run with each
// other, not with another machine's.

let podCount = 10_000
let arguments = CommandLine.arguments.dropFirst()

func argument(_ index: Int) -> String {
    guard arguments.count > index else { fail("client-benchmark \(arguments.first ?? ""): an argument is missing") }
    return arguments[arguments.startIndex + index]
}

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(1)
}

func contents(of path: String) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else { fail("\(path) cannot be read") }
    return Array(data)
}

switch arguments.first {
case "data": try writeData(to: argument(1))
case "lists": try await measureLists(contents(of: argument(1) + "/pods.json"))
case "memory": try await measureMemory(argument(1) + "/pods.json", managedFieldsKept: arguments.contains("--kept"))
case "watch": try await measureWatch(contents(of: argument(1) + "/watch.json"))
case "network": try await measureNetwork(plain: argument(1), tls: argument(2))
default: fail("usage: client-benchmark data FOLDER | lists FOLDER | memory FOLDER [--kept] | watch FOLDER | network URL URL")
}
