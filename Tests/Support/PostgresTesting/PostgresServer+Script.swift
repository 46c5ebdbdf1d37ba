extension PostgresServer {
    /// Runs a command as somebody whom PostgreSQL does not refuse.
    static let asOwner = """
        as_owner() {
            if [ "$(id -u)" -ne 0 ]; then "$@"
            elif command -v setpriv >/dev/null; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
            else runuser -u nobody -- "$@"; fi
        }

        """

    /// Directory, binaries and port are the arguments; SETTINGS are more lines of the configuration. Says "ready" once
    /// the server answers, then waits for the end of its input.
    static let script =
        asOwner + """
            directory=$1 binaries=$2 port=$3
            # Not ended with the tests by a Ctrl-C, but by the end of its input.
            trap '' INT TERM HUP
            mkdir -m 0755 "$directory" || exit 1
            [ "$(id -u)" -ne 0 ] || chown nobody:nogroup "$directory"
            cd "$directory"
            finish() { as_owner "$binaries/pg_ctl" -D "$directory/data" stop -m immediate -s >/dev/null 2>&1
                cd /; rm -rf "$directory"; }
            as_owner "$binaries/initdb" -D "$directory/data" -U tester --auth=trust --no-sync -E UTF8 --no-locale \\
                >"$directory/initdb.log" 2>&1 || { cat "$directory/initdb.log"; finish; exit 1; }
            tls= ssl=off
            if command -v openssl >/dev/null && as_owner openssl req -new -x509 -days 2 -nodes -newkey ec \\
                -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=localhost \\
                -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \\
                -keyout data/server.key -out data/server.crt >/dev/null 2>&1
            then tls=tls ssl=on; as_owner chmod 600 data/server.key; fi
            as_owner sh -c 'cat >> data/postgresql.conf' <<END
            listen_addresses = '127.0.0.1'
            port = $port
            unix_socket_directories = '$directory'
            shared_buffers = 64MB
            superuser_reserved_connections = 0
            max_connections = 400
            full_page_writes = off
            max_wal_size = 256MB
            wal_level = replica
            max_wal_senders = 4
            ssl = $ssl
            log_min_messages = warning
            logging_collector = off
            $SETTINGS
            END
            as_owner sh -c 'printf "host all needs_password 127.0.0.1/32 scram-sha-256\\n" |
                cat - data/pg_hba.conf > hba &&
                mv hba data/pg_hba.conf'
            if as_owner "$binaries/pg_ctl" -D "$directory/data" -w -s -l "$directory/log" start >/dev/null 2>&1
            then echo "ready $tls"; else cat "$directory/log"; finish; exit 1; fi
            # The reader of what is said waits for the end of it.
            exec >/dev/null 2>&1
            cat >/dev/null
            finish

            """
}
