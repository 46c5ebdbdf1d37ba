import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes

/// Checkpoints over HTTP: the kubelet's own call, and two of this node's for what it keeps.
///
/// `POST /checkpoint/NAMESPACE/POD/CONTAINER?timeout=SECONDS`, as the kubelet has it
/// (<https://kubernetes.io/docs/reference/node/kubelet-checkpoint-api/>). Beyond it, `end=true` ends the container with
/// its checkpoint, `secret=NAME` seals the archive with the `key` of that Secret of the namespace, and `request=ID` makes
/// the call one that can be made again: the archive made before is the answer then. `method=best` keeps the container's
/// files alone where its processes cannot be kept, `method=image` at once; without it there are processes or nothing.
/// `GET /checkpoints[/NAME]` tells what is kept, `DELETE /checkpoints/NAME` removes an archive.
extension ProcessNode {
    /// nil where the path is of something else.
    func checkpoints(_ path: [String], _ request: Request) async -> Response? {
        switch (path.first, path.count, request.method) {
        case ("checkpoint", 4, .post): await checkpoint(path[1], path[2], path[3], request.query)
        case ("checkpoint", 4, _): plain(405, "Method Not Allowed")
        case ("checkpoints", 1, .get):
            object(["items": .array(archives.names().compactMap { try? archives.record($0) }.map(Self.summary))])
        case ("checkpoints", 2, .get): kept(path[1])
        case ("checkpoints", 2, .delete): remove(path[1])
        default: nil
        }
    }

    private func checkpoint(
        _ namespace: String, _ name: String, _ container: String, _ query: QueryParameters
    ) async -> Response {
        let asked = query["request"].flatMap { $0.isEmpty ? nil : $0 }
        if let asked, let record = archives.record(ofRequest: asked), record.namespace == namespace {
            return made(record)
        }
        guard let worker = worker(namespace, name) else { return plain(404, "pod does not exist") }
        guard worker.pod.container(container) != nil else {
            return plain(404, "container \(container) does not exist")
        }
        var request = CheckpointRequest()
        // The last one counts where there are several.
        if let text = query.items.last(where: { $0.name == "timeout" })?.value {
            guard let seconds = Int(text) else { return plain(404, "cannot parse value of timeout parameter") }
            if seconds > 0 { request.deadline = .seconds(min(seconds, 3600)) }
        }
        request.ends = query.flag("end")
        if let text = query["method"] {
            guard let grade = CheckpointRequest.Grade(rawValue: text) else {
                return plain(404, "cannot parse value of method parameter")
            }
            request.grade = grade
        }
        request.name = asked
        request.secret = query["secret"].flatMap { $0.isEmpty ? nil : $0 }
        do {
            let record = try await worker.checkpoint(container, request)
            return made(record)
        } catch {
            let reason =
                switch error {
                case let error as Finding: error.description
                case let error as SystemError: Finding(error).description
                case let error as ConfigurationProblem: error.message
                default: "\(error)"
                }
            return plain(500, "checkpointing of \(namespace)/\(name)/\(container) failed (\(reason))")
        }
    }

    private func made(_ record: CheckpointRecord) -> Response {
        object(["items": [.string(archives.archive(record.name))]])
    }

    private func kept(_ name: String) -> Response {
        do throws(Finding) {
            return object(Self.summary(try archives.record(name)))
        } catch {
            return refusal(error.code == .checkpointMissing ? 404 : 500, error.code.rawValue, error.message)
        }
    }

    /// Removing what is not there is no error: whoever asks may ask again.
    private func remove(_ name: String) -> Response {
        do {
            try archives.remove(name)
            return object([:])
        } catch {
            return refusal(500, "InternalError", "\(error)")
        }
    }

    /// What others may know: no digests of commands and environments.
    private static func summary(_ record: CheckpointRecord) -> JSON {
        [
            "name": .string(record.name), "namespace": .string(record.namespace), "pod": .string(record.pod),
            "container": .string(record.container), "createdAt": .string(record.createdAt),
            "size": .integer(Int64(record.size)), "digest": .string(record.digest),
            "request": record.request.map { .string($0) } ?? .null, "encrypted": .bool(record.secret != nil),
            "frozenMilliseconds": .double(record.frozenMilliseconds ?? 0),
            "milliseconds": .double(record.milliseconds ?? 0),
            "method": .string((record.method ?? .process).rawValue),
            "code": record.code.map { .string($0) } ?? .null, "reason": record.reason.map { .string($0) } ?? .null,
            "constraints": [
                "kernel": .string(record.constraints.kernel), "architecture": .string(record.constraints.architecture),
                "criu": .string(record.constraints.criu),
            ],
        ]
    }

    private func object(_ value: JSON) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: .bytes(value.bytes()))
    }

    private func plain(_ code: Int, _ text: String) -> Response { .text(text, status: .init(code: code)) }
}
