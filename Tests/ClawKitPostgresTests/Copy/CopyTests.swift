import ClawBase
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

        @Test("values in and values out in the binary form, NULLs and more than any buffer too")
        func binary() async throws {
            let db = try await connect()
            try await db.execute(
                "create temporary table t (n int8, small int4, text text, at timestamptz, tags text[])")
            let moment = Timestamp(seconds: 1_800_000_000)
            let filler = String(repeating: "\t\n\\", count: 50)
            let count = try await db.copyIn("copy t from stdin (format binary)") { writer in
                for number in 0..<5_000 {
                    try await writer.write(
                        values: number, Int32(-number), number % 3 == 0 ? nil : "\(number)\(filler)",
                        moment + .seconds(number), [String(number), "x"])
                }
            }
            #expect(count == 5_000)
            var next = 0
            let rows = try await db.copyRows("copy (select * from t order by n) to stdout (format binary)") { row in
                let (number, small, text, at, tags) = try row.decode((Int, Int32, String?, Timestamp, [String]).self)
                #expect(number == next && small == Int32(-next) && at == moment + .seconds(next))
                #expect(text == (next % 3 == 0 ? nil : "\(next)\(filler)"))
                #expect(tags == [String(next), "x"])
                next += 1
            }
            #expect(rows == 5_000 && next == 5_000)
            #expect(try await db.queryOne("select sum(n) from t", as: Int.self) == 4_999 * 5_000 / 2)
        }

        @Test("in the binary form a wrong type, a wrong number of columns and a NULL are told, and nothing is stored")
        func badBinary() async throws {
            let db = try await connect()
            try await db.execute("create temporary table t (n int4)")
            // An Int is an int8.
            _ = await refused(.server) {
                try await db.copyIn("copy t from stdin (format binary)") { try await $0.write(values: 1) }
            }
            #expect(try await db.queryOne("select count(*) from t", as: Int.self) == 0)
            #expect(
                try await db.copyIn("copy t from stdin (format binary)") { try await $0.write(values: Int32(1)) } == 1)
            #expect(
                try await db.copyIn("copy t from stdin (format binary)") { try await $0.write(values: Int32?.none) }
                    == 1)
            let out: SQL = "copy t to stdout (format binary)"
            _ = await refused(.decoding) { try await db.copyRows(out) { _ = try $0.decode((Int32?, Int32).self) } }
            _ = await refused(.decoding) { try await db.copyRows(out) { _ = try $0.decode(0, as: Int32.self) } }
            _ = await refused(.misuse) { try await db.copyRows("copy t to stdout") { _ in } }
            #expect(try await db.queryOne("select 1", as: Int.self) == 1)
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
