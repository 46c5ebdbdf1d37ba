import ClawBase

extension PlatformStoreConformance {
    static let operations: [PlatformStoreConformance] = [
        PlatformStoreConformance("one operation at a time is under way on a target; the other is named") { store in
            var first = try await store.begin(sampleOperation("op1", target: "runtime/demo/ada")).operation
            let finding = try await refused(.conflict) {
                try await store.begin(sampleOperation("op2", target: "runtime/demo/ada"))
            }
            try equal(finding.details["operation"], "op1")
            _ = try await store.begin(sampleOperation("op3", target: "runtime/demo/bob"))
            first.record.state = .succeeded
            try await store.update(first)
            _ = try await store.begin(sampleOperation("op4", target: "runtime/demo/ada"))
            try equal(try await store.operations(on: "runtime/demo/ada").map(\.record.id), ["op4", "op1"])
        },
        PlatformStoreConformance("the same idempotency key gives the same operation, also to many at once") { store in
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<10 {
                    group.addTask {
                        let wish = sampleOperation("op\(number)", target: "t", idempotencyKey: "k")
                        return try await store.begin(wish).operation.record.id
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            try equal(ids.count, 1)
            try await refused(.badRequest) {
                try await store.begin(sampleOperation("op99", target: "other", idempotencyKey: "k"))
            }
        },
        PlatformStoreConformance("finished operations beyond the newest 10,000 go, unfinished ones stay") { store in
            let limit = 10_000
            try await store.create(sampleOperation("open", target: "open"))
            let ids = (0..<limit + 50).map { number in
                let digits = String(number)
                return "op" + String(repeating: "0", count: 6 - digits.count) + digits
            }
            for start in stride(from: 0, to: ids.count, by: 1000) {
                try await store.commit(
                    ids[start..<min(start + 1000, ids.count)].map { id in
                        .create(sampleOperation(id, target: "t", state: .succeeded))
                    })
            }
            let page = try await store.list(Operation.self, limit: limit * 2)
            try equal(page.count, limit + 1)
            try equal(page.first?.record.id, "op000050")
            try equal(page.dropLast().last?.record.id, "op010049")
            try that(try await store.get(Operation.self, "open") != nil, "an unfinished operation is gone")
        },
    ]
}
