import Synchronization

/// Somebody who wants to be told, once there is somebody.
final class Observer<Value: Sendable>: Sendable {
    /// A type of its own around the closure: by itself a mutex wraps it once more at each access, without end.
    private struct Listener { let tell: @Sendable (Value) -> Void }
    private let listener = Mutex<Listener?>(nil)

    func listen(_ tell: @escaping @Sendable (Value) -> Void) { listener.withLock { $0 = Listener(tell: tell) } }

    func tell(_ value: Value) { listener.withLock { $0 }?.tell(value) }
}
