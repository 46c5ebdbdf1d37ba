import ClawBase
import ClawDocuments
import Synchronization

/// The conversation, kept in `conversation.jsonl`: one message per line, only ever appended to.
///
/// Question and answer go to the disk together, in one write with one fsync; what a crash leaves of an unfinished
/// write is cut off when the file is opened next.
final class ConversationStore: Sendable {
    private struct State {
        var messages: [Message]
        var size: Int
    }

    private let file: SystemFile
    private let state: Mutex<State>

    /// Opens the conversation in a directory, which is made where it does not exist.
    /// - Throws: ``Finding`` with `E_STORAGE`, also where the file is damaged before its end.
    init(directory: String) throws(Finding) {
        let path = "\(directory)/conversation.jsonl"
        let bytes: [UInt8]
        do throws(SystemError) {
            try FileTree.makeDirectory(directory)
            file = try SystemFile.open(path, .keepOrCreate)
            try FileTree.syncDirectory(directory)
            bytes = try file.read(file.size(), at: 0)
        } catch { throw Finding(error) }
        let (messages, size) = try Self.read(bytes, path: path)
        if size < bytes.count { try Self.cut(file, to: size) }
        state = Mutex(State(messages: messages, size: size))
    }

    /// Everything kept, oldest first.
    var messages: [Message] { state.withLock { $0.messages } }

    /// Keeps a question and its answer. When this returns, both have reached the disk.
    ///
    /// Blocks for the length of an fsync: one person talks to a runtime, nobody else waits for this thread.
    func append(_ question: Message, _ answer: Message) throws(Finding) {
        let bytes = [question, answer].flatMap { $0.json.bytes() + [UInt8(ascii: "\n")] }
        let failure: SystemError? = state.withLock { state in
            do throws(SystemError) {
                try write(bytes, at: state.size)
                state.messages += [question, answer]
                state.size += bytes.count
                return nil
            } catch {
                // Nothing half-written may stay in front of what comes later.
                try? file.truncate(to: state.size)
                return error
            }
        }
        if let failure { throw Finding(failure) }
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
        var failure: SystemError?
        bytes.withUnsafeBytes { buffer in
            do throws(SystemError) { try file.write(buffer, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
        try file.sync()
    }

    private static func cut(_ file: SystemFile, to size: Int) throws(Finding) {
        do throws(SystemError) {
            try file.truncate(to: size)
            try file.sync()
        } catch { throw Finding(error) }
    }

    /// Reads whole pairs of question and answer, and says where the last of them ends.
    private static func read(_ bytes: [UInt8], path: String) throws(Finding) -> (messages: [Message], size: Int) {
        var messages: [Message] = []
        var size = 0
        var question: Message?
        var isTorn = false
        var start = 0
        var line = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            line += 1
            let message = (try? JSONParser.parse(Array(bytes[start..<end]))).flatMap(Message.init(json:))
            start = end + 1
            switch (message, question) {
            case (let message?, nil) where message.role == .user && !isTorn: question = message
            case (let message?, let asked?) where message.role == .assistant && !isTorn:
                messages += [asked, message]
                question = nil
                size = start
            case (.some, _):
                // A message behind something unreadable: not the end of an unfinished write, and not ours to drop.
                throw Finding(
                    .storage, "The conversation's file is damaged at line \(line); restore it or move it away.",
                    field: "\(path):\(line)")
            case (nil, _): isTorn = true
            }
        }
        return (messages, size)
    }
}
