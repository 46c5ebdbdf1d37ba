import BenchmarkSupport
import Foundation

let watchCount = 20_000

/// Writes what all programs of one run read: a list, a watch's answer, one small object.
func writeData(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    let list = makePodList(count: podCount)
    try write(list, "pods.json")
    var events: [UInt8] = []
    for index in 0..<watchCount { events += Array(#"{"type":"MODIFIED","object":\#(watchedPod(index))}"#.utf8) + [10] }
    try write(events, "watch.json")
    try write(Array(smallObject.utf8), "configmap.json")
    print("\(podCount) pods, \(list.count) bytes; \(watchCount) watch events, \(events.count) bytes")
}

/// A watch's objects say what they are; those of a list do not.
private func watchedPod(_ index: Int) -> String { #"{"kind":"Pod","apiVersion":"v1",\#(pod(index).dropFirst())"# }

private let smallObject = """
    {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"settings","namespace":"default",\
    "uid":"5de0d1d0-a8f5-4cbc-9c4c-0f2e6f0b9c5a","resourceVersion":"4711","creationTimestamp":"2026-11-21T01:00:00Z"},\
    "data":{"level":"info","region":"eu-central-1"}}
    """
