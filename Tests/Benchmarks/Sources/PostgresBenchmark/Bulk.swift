import BenchmarkSupport
import ClawBase
import ClawKitPostgres
import Foundation

/// Rows of their own statement each, in one transaction: one after the other, and as a pipeline.
func inserts(_ db: PostgresPool, _ count: Int) async throws {
    try await db.executeScript("drop table if exists bench_inserts; create table bench_inserts (id int, name text)")
    func insert(_ number: Int) -> SQL { "insert into bench_inserts values (\(Int32(number)), \("name \(number)"))" }
    let (alone, _) = try await measure {
        try await db.transaction { tx in
            for number in 0..<count { try await tx.execute(insert(number)) }
        }
    }
    let (together, _) = try await measure {
        try await db.transaction { tx in
            try await tx.pipeline { batch in for number in 0..<count { batch.add(insert(number)) } }
        }
    }
    let (concurrent, _) = try await measure {
        try await db.transaction { tx in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count { group.addTask { try await tx.execute(insert(number)) } }
                try await group.waitForAll()
            }
        }
    }
    report("single-row inserts, one transaction, one after the other", Double(count) / alone.wall, "rows/s")
    report(
        "single-row inserts, one transaction, pipeline", Double(count) / together.wall, "rows/s",
        String(format: "%.1f times", alone.wall / together.wall))
    report(
        "single-row inserts, one transaction, concurrent tasks", Double(count) / concurrent.wall, "rows/s",
        String(format: "%.1f times", alone.wall / concurrent.wall))
}

/// A file into a table and out of it again, as `psql \copy`.
func copies(_ db: PostgresPool, _ file: String) async throws {
    let size = Double(try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0) / 1e6
    var (inward, outward) = (Measurement.none, Measurement.none)
    for _ in 0..<3 {
        try await db.executeScript(
            "drop table if exists bench_copy; create table bench_copy (id int, a text, b text, n int8)")
        let (time, _) = try await measure {
            guard let handle = FileHandle(forReadingAtPath: file) else { return }
            try await db.copyIn("copy bench_copy from stdin") { writer in
                while let part = try handle.read(upToCount: 64 << 10), !part.isEmpty {
                    try await writer.write([UInt8](part))
                }
            }
        }
        inward.keepBetter(time)
        let target = file + ".out"
        let (back, _) = try await measure {
            FileManager.default.createFile(atPath: target, contents: nil)
            guard let handle = FileHandle(forWritingAtPath: target) else { return }
            try await db.copyOut("copy bench_copy to stdout") { parts in
                for try await part in parts { try handle.write(contentsOf: part) }
            }
        }
        outward.keepBetter(back)
        try? FileManager.default.removeItem(atPath: target)
    }
    report(
        "COPY into a table, ClawKitPostgres", size / inward.wall, "MB/s",
        "\(Int(size / inward.processor)) MB/s CPU here")
    report(
        "COPY out of a table, ClawKitPostgres", size / outward.wall, "MB/s",
        "\(Int(size / outward.processor)) MB/s CPU here")
}

struct Item: PostgresRowDecodable {
    var id: Int32
    var name: String
    var at: Timestamp
    init(row: PostgresRow) throws {
        id = try row.decode(0)
        name = try row.decode(1)
        at = try row.decode(2)
    }
}

/// Many rows at once, typed, and as a stream.
func rows(_ db: PostgresPool, _ count: Int) async throws {
    let sql: SQL = "select n::int4, 'name of ' || n, now() from generate_series(1, \(Int32(count))) n"
    let all = try await best(of: 3) {
        let rows = try await db.query(sql, as: Item.self)
        precondition(rows.count == count)
    }
    report("rows of three columns, collected, ClawKitPostgres", count, "rows", all)
    let stream = try await best(of: 3) {
        try await db.stream(sql, as: Item.self) { rows in
            var seen = 0
            for try await _ in rows { seen += 1 }
            precondition(seen == count)
        }
    }
    report("rows of three columns, streamed, ClawKitPostgres", count, "rows", stream)
}
