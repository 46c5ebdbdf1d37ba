import ClawBase
import ClawKitPostgres

/// The tables of a platform's store. `Docs/platform-store.md` draws them.
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
                    """),
                Migration(
                    2, "usage",
                    """
                    create table claw_usage (
                        id text collate "C" not null primary key,
                        at timestamptz not null,
                        tenant text collate "C",
                        project text collate "C",
                        user_name text collate "C",
                        runtime text collate "C",
                        model_key text collate "C",
                        meter text collate "C" not null,
                        item text collate "C" not null,
                        -- nano-dollars
                        cost bigint not null,
                        input_tokens bigint not null,
                        cached_input_tokens bigint not null,
                        output_tokens bigint not null,
                        reasoning_tokens bigint not null,
                        -- in the meter's unit
                        amount bigint not null,
                        -- keys of claw_records of kind 'budget'
                        budgets text[] collate "C" not null,
                        details json not null
                    );
                    create index claw_usage_at on claw_usage (at, id);
                    create index claw_usage_tenant on claw_usage (tenant, at, id) where tenant is not null;
                    create index claw_usage_project on claw_usage (project, at, id) where project is not null;
                    create index claw_usage_user on claw_usage (user_name, at, id) where user_name is not null;
                    create index claw_usage_runtime on claw_usage (runtime, project, at, id) where runtime is not null;
                    create index claw_usage_key on claw_usage (model_key, at, id) where model_key is not null;
                    """),
                Migration(
                    3, "shares",
                    """
                    alter table claw_usage
                        add column deployment text collate "C" not null default '',
                        add column cache_written_tokens bigint not null default 0,
                        add column settlement text collate "C" not null default 'exact',
                        -- [{account, periodEnd, cost, tokens, requests}, …]
                        add column charges json not null default '[]';
                    -- keys of claw_records of kind 'usage-sums'
                    alter table claw_usage rename column budgets to accounts;
                    -- input counted what came from the cache too
                    update claw_usage set input_tokens = input_tokens - cached_input_tokens where cached_input_tokens <> 0;

                    -- budgets become limits, with what was spent of them in their present period
                    insert into claw_records (kind, key, version, retirable, body, indexes)
                    select 'limit', key, nextval('claw_version'), false,
                        json_build_object(
                            'id', key, 'window', replace(body->>'window', 'total@UTC', 'forever'),
                            'limits', body->'limit'),
                        json_build_array(json_build_array('holder', body->>'scope', false))
                    from claw_records where kind = 'budget';
                    insert into claw_record_indexes (kind, name, value, key, is_unique)
                    select 'limit', 'holder', body->>'scope', key, false from claw_records where kind = 'budget';
                    insert into claw_records (kind, key, version, retirable, body, indexes)
                    select 'usage-sums', account, nextval('claw_version'), false,
                        json_build_object('account', account, 'periodEnd', body->'periodEnd', 'spent', body->'spent'),
                        '[]'
                    from (
                        select body, key || '@' || case when body->>'periodEnd' is null then 'always'
                            else substr(body->>'periodStart', 1, 19) || 'Z' end as account
                        from claw_records where kind = 'budget') b;
                    delete from claw_records where kind in ('budget', 'reservation');
                    """),
            ], table: "claw_schema_migrations")
    }
}
