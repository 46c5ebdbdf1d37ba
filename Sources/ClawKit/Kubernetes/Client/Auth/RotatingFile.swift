import ClawBase
import Synchronization

/// A small text file that others replace: read again when it changes, and at latest after a minute.
///
/// A file that cannot be read, or whose content makes no sense, in the midst of being replaced leaves the last good
/// content in force.
final class RotatingFile: Sendable {
    private struct State {
        var stamp: FileStamp?
        var text: String
        var read: Timestamp
    }

    private static let longest: Duration = .seconds(60)

    private let path: String
    private let time: any TimeSource
    private let check: @Sendable (String) throws -> String
    private let state: Mutex<State>

    /// - Parameter check: takes what was read, returns what counts, throws where it makes no sense.
    init(
        _ path: String, time: any TimeSource, check: @escaping @Sendable (String) throws -> String
    ) throws {
        self.path = path
        self.time = time
        self.check = check
        let stamp = FileStamp(of: path)
        let text = try check(try KubeconfigEntry.text(of: path))
        state = Mutex(State(stamp: stamp, text: text, read: time.now))
    }

    var text: String {
        let (stamp, now) = (FileStamp(of: path), time.now)
        return state.withLock { state in
            guard stamp != state.stamp || now - state.read >= Self.longest else { return state.text }
            refresh(&state, stamp, now)
            return state.text
        }
    }

    /// Reads the file now. - Returns: whether it says something else than before.
    func reread() -> Bool {
        let (stamp, now) = (FileStamp(of: path), time.now)
        return state.withLock { state in
            let before = state.text
            refresh(&state, stamp, now)
            return state.text != before
        }
    }

    private func refresh(_ state: inout State, _ stamp: FileStamp?, _ now: Timestamp) {
        guard let text = try? check(try KubeconfigEntry.text(of: path)) else { return }
        state = State(stamp: stamp, text: text, read: now)
    }
}

extension RotatingFile {
    static func token(_ path: String, time: any TimeSource) throws -> RotatingFile {
        try RotatingFile(path, time: time) { text in
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.count == 1, words[0].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw Finding(
                    .credentials, "The token file \(path) must hold one word of ASCII characters.", field: path)
            }
            return String(words[0])
        }
    }

    static func pem(_ path: String, time: any TimeSource) throws -> RotatingFile {
        try RotatingFile(path, time: time) { text in
            // Up to its last line: a file half written ends earlier.
            guard text.contains("-----BEGIN "), text.split(separator: "\n").last(where: { !$0.allSatisfy(\.isWhitespace) })?.hasPrefix("-----END ") ?? false
            else { throw Finding(.credentials, "The file \(path) does not hold whole PEM.", field: path) }
            return text
        }
    }
}
