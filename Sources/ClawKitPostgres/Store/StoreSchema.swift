import ClawBase
import ClawKitPostgres

/// The tables of a platform's store. `Docs/postgres.md` draws them.
enum StoreSchema {
    static func migrations() throws(Finding) -> Migrations {
        try Migrations(
            [
                Migration(
                    1, "records",
                    """
                    create sequence claw_version;
                    create table claw_records (
                        kind text collate "C" not null,
                        key text collate "C" not null,
                        version bigint not null,
                        retirable boolean not null,
                        body json not null,
                        -- [[name, value, unique], …] as they were given
                        indexes json not null,
                        -- where "key" is a shortened form
                        full_key text,
                        primary key (kind, key)
                    );
                    create index claw_records_retirable on claw_records (kind, version) where retirable;
                    create table claw_record_indexes (
                        kind text collate "C" not null,
                        name text collate "C" not null,
                        value text collate "C" not null,
                        key text collate "C" not null,
                        is_unique boolean not null,
                        primary key (kind, name, value, key),
                        foreign key (kind, key) references claw_records on delete cascade
                    );
                    create unique index claw_record_indexes_unique on claw_record_indexes (kind, name, value)
                        where is_unique;
                    create index claw_record_indexes_key on claw_record_indexes (kind, key);
                    """)
            ], table: "claw_schema_migrations")
    }
}
