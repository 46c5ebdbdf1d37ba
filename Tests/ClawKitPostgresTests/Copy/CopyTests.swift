import ClawKitPostgres
import Testing

extension Postgres {
    @Suite struct Copying {
        @Test("rows in, rows out, whatever stands in them")
        func roundTrip() async throws {
            let db = try await connect()
            try await db.execute("create temporary table t (n int, text text)")
            let texts = ["plain", "tab\there", "line\nbreak", "\r", "back\\slash", "\\N", "", "é👩‍👩‍👧", nil, "\\."]
            let count = try await db.copyIn("copy t from stdin") { writer in
                for (index, text) in texts.enumerated() { try await writer.write(row: [String(index), text]) }
            }
            #expect(count == texts.count)
            #expect(try await db.query("select text from t order by n", as: String?.self) == texts)
            let out = try await db.copyOut("copy (select n from t order by n) to stdout") { parts in
                var bytes: [UInt8] = []
                for try await part in parts { bytes += part }
                return bytes
            }
            #expect(String(decoding: out, as: UTF8.self) == "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n")
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("more than any buffer, in both directions, in whole rows")
        func large() async throws {
            let db = try await connect()
            try await db.execute("create temporary table t (n int, text text)")
            let filler = String(repeating: "x", count: 200)
            let count = try await db.copyIn("copy t from stdin") { writer in
                for number in 0..<50_000 { try await writer.write("\(number)\t\(filler)\n") }
            }
            #expect(count == 50_000)
            var bytes = 0
            try await db.copyOut("copy t to stdout") { parts in
                for try await part in parts {
                    #expect(part.last == UInt8(ascii: "\n"))
                    bytes += part.count
                }
            }
            #expect(bytes == (0..<50_000).reduce(0) { $0 + "\($1)".count + 202 })
        }

        @Test("a writer that throws stores nothing")
        func writerThrows() async throws {
            struct Enough: Error {}
            let db = try await connect()
            try await db.execute("create temporary table t (n int)")
            await #expect(throws: Enough.self) {
                try await db.copyIn("copy t from stdin") { writer in
                    try await writer.write("1\n2\n")
                    throw Enough()
                }
            }
            #expect(try await db.queryOne("select count(*) from t", as: Int.self) == 0)
        }

        @Test("data that the server refuses is its error, with the line")
        func badData() async throws {
            let db = try await connect()
            try await db.execute("create temporary table t (n int)")
            let error = await refused(.server) {
                try await db.copyIn("copy t from stdin") { try await $0.write("1\nno number\n") }
            }
            #expect(error?.sqlState == .invalidTextRepresentation)
            #expect(error?.server?.context?.contains("line 2") == true)
            #expect(try await db.queryOne("select count(*) from t", as: Int.self) == 0)
        }

        @Test("what is left early is not fetched, and the connection goes on")
        func leftEarly() async throws {
            let db = try await connect()
            let first = try await db.copyOut("copy (select generate_series(1, 100000000)) to stdout") { parts in
                for try await part in parts { return part.prefix(4) }
                return []
            }
            #expect(Array(first) == Array("1\n2\n".utf8))
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }

        @Test("parameters, and statements that are no COPY, are refused")
        func misuse() async throws {
            let db = try await connect()
            _ = await refused(.badParameter) { try await db.copyIn("copy \(1) from stdin") { _ in } }
            _ = await refused(.misuse) { try await db.copyIn("select 1") { _ in } }
            _ = await refused(.misuse) {
                try await db.copyOut("copy (select 1) to stdout; select 1") { _ in }; throw PostgresError(.misuse, "")
            }
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
        }
    }
}
