"""The same statements as postgres-benchmark, by asyncpg and psycopg 3: python postgres_clients.py DSN PART CLIENTS SECONDS ROWS"""
import asyncio
import random
import sys
import time

dsn, part, clients, seconds, rows = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
SELECT = "select abalance from pgbench_accounts where aid = %s"
WRITE = (
    "update pgbench_accounts set abalance = abalance + %s where aid = %s", SELECT,
    "update pgbench_tellers set tbalance = tbalance + %s where tid = %s",
    "insert into pgbench_history (tid, bid, aid, delta, mtime) values (%s, %s, %s, %s, current_timestamp)",
)
INSERT = "insert into bench_inserts values (%s, %s)"
ROWS = "select n::int4, 'name of ' || n, now() from generate_series(1, %s) n"


def numbered(sql):
    parts = sql.split("%s")
    return "".join(p + (f"${i + 1}" if i < len(parts) - 1 else "") for i, p in enumerate(parts))


def report(name, rate, unit):
    print(f"  {name:<62}{int(rate):>10} {unit}", flush=True)


async def repeatedly(name, bodies):
    end = time.monotonic() + seconds
    start = time.monotonic()

    async def loop(body):
        count = 0
        while time.monotonic() < end:
            await body()
            count += 1
        return count

    total = sum(await asyncio.gather(*(loop(body) for body in bodies)))
    report(f"{part}, {clients} clients, {name}", total / (time.monotonic() - start), "/s")


def numbers():
    return random.randint(1, 1_000_000), random.randint(1, 100), random.randint(1, 10), random.randint(-5000, 5000)


async def with_asyncpg():
    import asyncpg

    connections = [await asyncpg.connect() for _ in range(clients)]
    if part == "rows":
        best = float("inf")
        for _ in range(3):
            start = time.monotonic()
            got = await connections[0].fetch(numbered(ROWS), rows)
            assert [(r[0], r[1], r[2]) for r in got][-1][0] == rows
            best = min(best, time.monotonic() - start)
        return report("rows of three columns, collected, asyncpg", rows / best, "rows/s wall")
    if part == "inserts":
        c = connections[0]
        await c.execute("drop table if exists bench_inserts; create table bench_inserts (id int, name text)")
        start = time.monotonic()
        async with c.transaction():
            await c.executemany(numbered(INSERT), [(n, f"name {n}") for n in range(rows)])
        return report("single-row inserts, one transaction, asyncpg's executemany", rows / (time.monotonic() - start), "rows/s")

    def select(c):
        async def body():
            await c.fetchval(numbered(SELECT), numbers()[0])
        return body

    def write(c):
        async def body():
            account, teller, branch, delta = numbers()
            async with c.transaction():
                await c.execute(numbered(WRITE[0]), delta, account)
                await c.fetchval(numbered(WRITE[1]), account)
                await c.execute(numbered(WRITE[2]), delta, teller)
                await c.execute(numbered(WRITE[3]), teller, branch, account, delta)
        return body

    await repeatedly("asyncpg", [(select if part == "select" else write)(c) for c in connections])


async def with_psycopg():
    import psycopg

    connections = [await psycopg.AsyncConnection.connect(dsn, autocommit=True) for _ in range(clients)]
    for connection in connections:
        connection.prepare_threshold = 0
    if part == "rows":
        best = float("inf")
        for _ in range(3):
            start = time.monotonic()
            cursor = connections[0].cursor(binary=True)
            await cursor.execute(ROWS, (rows,))
            got = await cursor.fetchall()
            assert got[-1][0] == rows
            best = min(best, time.monotonic() - start)
        return report(f"rows of three columns, collected, psycopg {psycopg.pq.__impl__}", rows / best, "rows/s wall")
    if part == "inserts":
        c = connections[0]
        await c.execute("drop table if exists bench_inserts")
        await c.execute("create table bench_inserts (id int, name text)")
        start = time.monotonic()
        async with c.transaction(), c.cursor() as cursor:
            await cursor.executemany(INSERT, [(n, f"name {n}") for n in range(rows)])
        name = "single-row inserts, one transaction, psycopg's executemany"
        return report(name, rows / (time.monotonic() - start), "rows/s")

    def select(c):
        async def body():
            await (await c.execute(SELECT, (numbers()[0],), binary=True)).fetchone()
        return body

    def write(c):
        async def body():
            account, teller, branch, delta = numbers()
            async with c.transaction():
                await c.execute(WRITE[0], (delta, account), binary=True)
                await (await c.execute(WRITE[1], (account,), binary=True)).fetchone()
                await c.execute(WRITE[2], (delta, teller), binary=True)
                await c.execute(WRITE[3], (teller, branch, account, delta), binary=True)
        return body

    await repeatedly(
        f"psycopg {psycopg.__version__.split('.')[0]} ({psycopg.pq.__impl__})",
        [(select if part == "select" else write)(c) for c in connections])


for peer in (with_asyncpg, with_psycopg):
    try:
        asyncio.run(peer())
    except ImportError as problem:
        print(f"  skipped: {problem}")
