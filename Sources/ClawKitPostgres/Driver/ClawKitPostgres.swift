/// # ClawKitPostgres
///
/// PostgreSQL for ClawKit, over libpq. C types stay inside.
