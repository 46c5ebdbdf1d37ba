import ClawBase
import ClawDocuments
import ClawKitPostgres
import Foundation
import Testing

enum Colour: String, PostgresCodable, PostgresArrayElement, CaseIterable {
    case red, green
    static var postgresArrayType: PostgresType { .textArray }
}

extension Postgres {
    @Suite struct Codec {
        /// The server gives back what it got, and writes it as text the way it is expected to.
        private func roundTrip<Value: PostgresCodable & Equatable>(
            _ value: Value, _ type: String, _ text: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let db = try await connect()
            let cast = SQL(verbatim: "::" + type)
            let (back, written) = try await db.queryOne(
                "select \(value)\(cast), (\(value)\(cast))::text", as: (Value, String?).self)
            #expect(back == value, sourceLocation: sourceLocation)
            if let text { #expect(written == text, sourceLocation: sourceLocation) }
        }

        @Test("integers keep each bit, at both ends")
        func integers() async throws {
            try await roundTrip(Int64.max, "int8", "9223372036854775807")
            try await roundTrip(Int64.min, "int8", "-9223372036854775808")
            try await roundTrip(Int32.min, "int4", "-2147483648")
            try await roundTrip(Int16.max, "int2", "32767")
            try await roundTrip(UInt32.max, "int8", "4294967295")
            try await roundTrip(true, "bool", "true")
        }

        @Test("an integer that does not fit is refused, not cut")
        func overflow() async throws {
            let db = try await connect()
            let error = await refused(.decoding) { _ = try await db.query("select 70000 as big", as: Int16.self) }
            #expect(error?.message.contains("big") == true)
        }

        @Test("sums of int8 are numeric and are read as Int64 where they are exact")
        func sums() async throws {
            let db = try await connect()
            let sum: SQL = "select sum(n) from (values (9223372036854775806::int8), (1)) as t (n)"
            #expect(try await db.queryOne(sum, as: Int64.self) == Int64.max)
            for (text, value) in [("-9223372036854775808", Int64.min), ("10000", 10_000), ("0", 0), ("-1", -1)] {
                let number = SQL(verbatim: "select \(text)::numeric")
                #expect(try await db.queryOne(number, as: Int64.self) == value)
            }
            _ = await refused(.decoding) { _ = try await db.query("select 1.5", as: Int64.self) }
            _ = await refused(.decoding) { _ = try await db.query("select 9223372036854775808", as: Int64.self) }
        }

        @Test(
            "floating point",
            arguments: [0, -0.0, 1.5, .pi, .infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude])
        func floatingPoint(_ value: Double) async throws {
            try await roundTrip(value, "float8")
            try await roundTrip(Float(1.25), "float4", "1.25")
        }

        @Test(
            "numeric is exact",
            arguments: [
                "0", "1", "-1", "10000", "0.0001", "12.50", "-99999999999999999999.999999999999", "0.00000001",
                "100000000", "1234567890123456789012345678901234567890.1234567890", "NaN", "Infinity", "-Infinity",
            ])
        func numeric(_ text: String) async throws {
            let number = try #require(PostgresNumeric(text))
            #expect(number.description == text)
            try await roundTrip(number, "numeric", text)
        }

        @Test("intervals keep months, days and microseconds apart")
        func intervals() async throws {
            try await roundTrip(
                PostgresInterval(months: 14, days: -3, microseconds: 1), "interval",
                "1 year 2 mons -3 days +00:00:00.000001")
            try await roundTrip(PostgresInterval(microseconds: .min), "interval")
            let hour = try #require(PostgresInterval(.seconds(3600)))
            try await roundTrip(hour, "interval", "01:00:00")
            try await roundTrip([hour, PostgresInterval(days: 1)], "interval[]")
            #expect(hour.duration == .seconds(3600) && PostgresInterval(days: 1).duration == nil)
            #expect(PostgresInterval(.seconds(Int64.max)) == nil)
        }

        @Test("ranges: open, closed, without an end, and empty")
        func ranges() async throws {
            try await roundTrip(PostgresRange(1..<5), "int8range", "[1,5)")
            try await roundTrip(PostgresRange<Int32>.empty, "int4range", "empty")
            try await roundTrip(PostgresRange<Int64>(.unbounded, .excluding(-7)), "int8range", "(,-7)")
            try await roundTrip(PostgresRange<Int>(.unbounded, .unbounded), "int8range", "(,)")
            let (start, end) = (Timestamp(seconds: 1_700_000_000), Timestamp(seconds: 1_800_000_000))
            try await roundTrip(PostgresRange(start...end), "tstzrange")
            try await roundTrip(PostgresRange<Timestamp>(.excluding(start), .unbounded), "tstzrange")
            try await roundTrip(PostgresRange(PostgresLocalTime(utc: start)..<PostgresLocalTime(utc: end)), "tsrange")
            let day = try #require(PostgresDate(year: 2026, month: 2, day: 28))
            try await roundTrip(PostgresRange<PostgresDate>(.including(day), .unbounded), "daterange", "[2026-02-28,)")
            try await roundTrip([PostgresRange(1..<5), .empty], "int8range[]")
            // The server's own form.
            let db = try await connect()
            #expect(
                try await db.queryOne("select \(PostgresRange(1...3))", as: PostgresRange<Int>.self)
                    == PostgresRange(1..<4))
            _ = await refused(.decoding) {
                _ = try await db.query("select int4range(1, 2)", as: PostgresRange<Int>.self)
            }
        }

        @Test("a range contains what is between its ends")
        func contains() {
            #expect(
                PostgresRange(1..<5).contains(1) && !PostgresRange(1..<5).contains(5)
                    && PostgresRange(1...5).contains(5))
            #expect(!PostgresRange<Int>(.excluding(1), .unbounded).contains(1) && !PostgresRange<Int>.empty.contains(0))
        }

        @Test("what is no number is none", arguments: ["", ".", "-", "1e5", "1.2.3", "0x1", "１"])
        func noNumber(_ text: String) { #expect(PostgresNumeric(text) == nil) }

        @Test("text of all kinds, also where a statement could be made of it")
        func text() async throws {
            for text in [
                "", "a'b", "\\", "'; drop table users; --", "$1", "é👩‍👩‍👧‍👦", "\n\t\u{1}",
                String(repeating: "x", count: 100_000),
            ] {
                try await roundTrip(text, "text", text)
                try await roundTrip([text, nil], "text[]")
            }
        }

        @Test("text with a NUL is refused before it is sent, for libpq would cut it")
        func nul() async throws {
            let db = try await connect()
            for sql in ["select \("a\u{0}b")", "select \(["a\u{0}"])", "select 1 as \(identifier: "a\u{0}")"] as [SQL] {
                let error = await refused(.badParameter) { try await db.execute(sql) }
                #expect(error?.wasSent == false)
            }
        }

        @Test("a string takes the type of what it is compared with")
        func untypedText() async throws {
            let db = try await connect()
            let id = "6c5f1e1e-7d3c-4f5e-9a51-0d5b8e0f6a11"
            #expect(try await db.queryOne("select gen_random_uuid() <> \(id)", as: Bool.self))
            #expect(try await db.queryOne("select \(id)::uuid", as: String.self) == id)
            #expect(try await db.queryOne("select \(id)::uuid", as: UUID.self) == UUID(uuidString: id))
            try await roundTrip(UUID(), "uuid")
        }

        @Test("bytes")
        func bytes() async throws {
            try await roundTrip([UInt8](0...255), "bytea")
            try await roundTrip([UInt8](), "bytea", "\\x")
            try await roundTrip([[1, 2], []] as [[UInt8]], "bytea[]")
        }

        @Test("moments keep their microseconds, before and after 1970 and 2000")
        func moments() async throws {
            let db = try await connect()
            try await db.execute("set timezone to 'UTC'")
            for text in ["2026-11-22 03:04:05.678901+00", "1969-12-31 23:59:59.999999+00", "1700-01-01 00:00:00+00"] {
                let (moment, written) = try await db.queryOne(
                    "select \(text)::timestamptz, (\(text)::timestamptz)::text", as: (Timestamp, String).self)
                #expect(written == text)
                #expect(try await db.queryOne("select \(moment) = \(text)::timestamptz", as: Bool.self))
            }
            let ends = try await db.queryOne(
                "select 'infinity'::timestamptz, '-infinity'::timestamptz", as: (Timestamp, Timestamp).self)
            #expect(ends.0.nanoseconds == .max && ends.1.nanoseconds == .min)
            _ = await refused(.decoding) {
                _ = try await db.query("select '3000-01-01'::timestamptz", as: Timestamp.self)
            }
            try await roundTrip(Timestamp(nanoseconds: -1_000), "timestamptz")
        }

        @Test("days and local times")
        func days() async throws {
            let day = try #require(PostgresDate(year: 2024, month: 2, day: 29))
            try await roundTrip(day, "date", "2024-02-29")
            #expect(PostgresDate(year: 2023, month: 2, day: 29) == nil)
            #expect((day.year, day.month, day.day) == (2024, 2, 29))
            let local = PostgresLocalTime(utc: Timestamp(seconds: 1_767_225_600))
            try await roundTrip(local, "timestamp", "2026-01-01 00:00:00")
            #expect(local.utc == Timestamp(seconds: 1_767_225_600))
        }

        @Test("JSON, in either column type")
        func json() async throws {
            let value: JSON = ["a": [1, 2.5, nil, true], "b": ["c": "d\"'\\"], "max": .integer(.max)]
            try await roundTrip(value, "jsonb")
            let db = try await connect()
            #expect(try await db.queryOne("select '[1]'::json", as: JSON.self) == [1])
            #expect(try await db.queryOne("select '{\"a\": 1}'::jsonb", as: String.self) == "{\"a\": 1}")
        }

        @Test("arrays, empty ones, with NULLs, and any()")
        func arrays() async throws {
            try await roundTrip([1, 2, 3], "int8[]", "{1,2,3}")
            try await roundTrip([Int](), "int8[]", "{}")
            try await roundTrip([1, nil, 3] as [Int32?], "int4[]", "{1,NULL,3}")
            try await roundTrip([true, false], "bool[]")
            try await roundTrip([1.5], "float8[]")
            try await roundTrip([UUID(), UUID()], "uuid[]")
            try await roundTrip([Timestamp(seconds: 1)], "timestamptz[]")
            try await roundTrip([PostgresNumeric(7)], "numeric[]", "{7}")
            try await roundTrip([["a": 1], nil] as [JSON?], "jsonb[]")
            let db = try await connect()
            #expect(
                try await db.query("select n from generate_series(1, 5) n where n = any(\([2, 4]))", as: Int.self) == [
                    2, 4,
                ])
            _ = await refused(.decoding) { _ = try await db.query("select '{{1},{2}}'::int8[]", as: [Int].self) }
            _ = await refused(.decoding) { _ = try await db.query("select array[1, null]", as: [Int].self) }
        }

        @Test("NULL is nil, and refused where nil cannot be")
        func null() async throws {
            try await roundTrip(Int?.none, "int8")
            try await roundTrip(String?.some("x"), "text")
            let db = try await connect()
            let error = await refused(.decoding) { _ = try await db.query("select null::int8 as n", as: Int.self) }
            #expect(error?.message == "Column n is NULL; read it as an Optional.")
        }

        @Test("enums by their raw value, as text and as a type of the database")
        func enums() async throws {
            let db = try await connect()
            try await db.execute("create type pg_temp.colour as enum ('red', 'green', 'blue')")
            #expect(try await db.queryOne("select \(Colour.green)::pg_temp.colour", as: Colour.self) == .green)
            _ = await refused(.decoding) { _ = try await db.query("select 'blue'::pg_temp.colour", as: Colour.self) }
        }

        @Test("a type that is not read from the column's is refused with its name")
        func wrongType() async throws {
            let db = try await connect()
            let error = await refused(.decoding) { _ = try await db.query("select 1 as n", as: String.self) }
            #expect(error?.message.contains("Column n") == true)
            _ = await refused(.decoding) { _ = try await db.query("select 1, 2", as: Int.self) }
            _ = await refused(.decoding) { _ = try await db.query("select 1", as: (Int, Int).self) }
        }
    }
}
