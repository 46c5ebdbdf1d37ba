import CLibpq
import DequeModule

extension SessionState {
    /// Sends what waits, as far as that is possible now.
    mutating func sendWaiting(_ loop: EventLoop, _ completions: inout Completions) {
        while closed == nil, holder == .nobody, !isCancelling, let first = waiting.first {
            switch first {
            case .operation(let operation):
                guard !isWriteBlocked else { return }
                waiting.removeFirst()
                send(operation, loop, &completions)
            case .turn(let turn):
                guard expected.isEmpty else { return }
                waiting.removeFirst()
                take(turn, loop, &completions)
            }
        }
    }

    /// Sends an operation's commands and a synchronisation point. Results come in this order.
    mutating func send(_ operation: Operation, _ loop: EventLoop, _ completions: inout Completions) {
        operation.isSent = true
        if let begin {
            self.begin = nil
            if execute(begin, nil) { expected.append(.control(operation)) }
        }
        let isSent = operation.statements.allSatisfy { send($0, operation) } && PQpipelineSync(raw) == 1
        expected.append(.synchronisation(operation))
        if isSent { return flush(loop) }
        // Why the server has ended the connection may be there to be read.
        PQconsumeInput(raw)
        takeResults(loop, &completions)
        takeNotifications(&completions)
        fail(lostConnection(), loop, &completions)
    }

    private mutating func send(_ sql: SQL, _ operation: Operation) -> Bool {
        var prepared: StatementCache.Prepared?
        if cache.value.limit > 0 {
            prepared = cache.value.find(sql)
            if prepared == nil {
                let (added, evicted) = cache.value.add(sql)
                if let evicted { forget(evicted, for: operation) }
                guard prepare(sql, added) else {
                    cache.value.remove(added)
                    return false
                }
                expected.append(.prepare(SharedPrepared(value: added), operation))
                prepared = added
            }
        }
        guard execute(sql, prepared) else { return false }
        expected.append(.execute(operation, prepared.map { SharedPrepared(value: $0) }))
        if expected.count == 1 { beginRowByRow() }
        return true
    }

    /// Has libpq deliver rows one by one where the next results are a stream's. It can be told only once they are next.
    func beginRowByRow() {
        if case .execute(let operation, _) = expected.first, operation.isStream { PQsetSingleRowMode(raw) }
    }

    private func prepare(_ sql: SQL, _ prepared: StatementCache.Prepared) -> Bool {
        let connection = raw
        return withUnsafeTemporaryAllocation(of: Oid.self, capacity: max(1, sql.parameters.count)) { types in
            for (index, parameter) in sql.parameters.enumerated() { types[index] = parameter.type.rawValue }
            return PQsendPrepare(connection, prepared.name, sql.text, Int32(sql.parameters.count), types.baseAddress) == 1
        }
    }

    /// With results in binary form.
    private func execute(_ sql: SQL, _ prepared: StatementCache.Prepared?) -> Bool {
        let connection = raw
        return sql.withParameters { count, types, values, lengths, formats in
            guard let prepared else {
                return PQsendQueryParams(connection, sql.text, count, types, values, lengths, formats, 1) == 1
            }
            return PQsendQueryPrepared(connection, prepared.name, count, values, lengths, formats, 1) == 1
        }
    }

    /// Removes a statement on the server, before the operation for whose statement there must be room.
    private mutating func forget(_ prepared: StatementCache.Prepared, for operation: Operation) {
        let name = prepared.name.withUnsafeBufferPointer {
            String(decoding: $0.dropLast().map { UInt8($0) }, as: UTF8.self)
        }
        if execute(SQL(verbatim: "deallocate \(name)"), nil) { expected.append(.control(operation)) }
    }

    /// Gives the socket what it takes, and has the loop say when it takes more.
    mutating func flush(_ loop: EventLoop) {
        let isBlocked = PQflush(raw) == 1
        guard isBlocked != isWriteBlocked, holder == .nobody else { return }
        isWriteBlocked = isBlocked
        setInterest(isBlocked ? [.read, .write] : .read, loop)
    }

    func setInterest(_ interest: EventInterest, _ loop: EventLoop) {
        // libpq closes a socket that failed; its number may be another's already.
        let socket = PQsocket(raw)
        if socket >= 0 { loop.change(socket, token, interest) }
    }
}

extension SQL {
    /// The parameters as libpq takes them.
    func withParameters<Result>(
        _ body: (
            Int32, UnsafePointer<Oid>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
            UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        let count = parameters.count
        if count == 0 { return body(0, nil, nil, nil, nil) }
        return values.bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { pointers in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: 3 * count) { numbers in
                    // A pointer to nothing would be NULL; an empty value points somewhere.
                    let base = bytes.baseAddress ?? UnsafeRawPointer(pointers.baseAddress.unsafelyUnwrapped)
                    for (index, parameter) in parameters.enumerated() {
                        let start = base.advanced(by: Int(parameter.offset)).assumingMemoryBound(to: CChar.self)
                        pointers.initializeElement(at: index, to: parameter.length < 0 ? nil : start)
                        numbers[index] = max(0, parameter.length)
                        numbers[count + index] = parameter.type == .unknown ? 0 : 1
                        numbers[2 * count + index] = Int32(bitPattern: parameter.type.rawValue)
                    }
                    let first = UnsafePointer(numbers.baseAddress.unsafelyUnwrapped)
                    return (first + 2 * count).withMemoryRebound(to: Oid.self, capacity: count) { types in
                        body(Int32(count), types, UnsafePointer(pointers.baseAddress), first, first + count)
                    }
                }
            }
        }
    }
}
