import ClawKit
import Foundation

/// The one line that says a platform is ready: on stdout, and in a file where one is asked for.
public struct Announcement: Sendable {
    public var kubernetes: String?
    public var kubeconfig: String?
    public var controlPlane: String?
    public var gateway: String?
    /// Where metrics and health are served, of a process that has no other address.
    public var metrics: String?

    public init() {}

    public func make(readyFile: String?) throws {
        var line: JSONObject = ["ready": true]
        line["kubernetes"] = kubernetes.map(JSON.string)
        line["kubeconfig"] = kubeconfig.map(JSON.string)
        line["controlPlane"] = controlPlane.map(JSON.string)
        line["gateway"] = gateway.map(JSON.string)
        line["metrics"] = metrics.map(JSON.string)
        print(JSON.object(line))
        // Whoever reads through a pipe waits for this line.
        fflush(nil)
        guard let readyFile else { return }
        let folder = readyFile.contains("/") ? String(readyFile[..<(readyFile.lastIndex(of: "/") ?? readyFile.startIndex)]) : "."
        let name = readyFile.split(separator: "/").last.map(String.init) ?? readyFile
        try ClawDirectory(folder.isEmpty ? "/" : folder).write("\(JSON.object(line))\n", to: name)
    }
}
