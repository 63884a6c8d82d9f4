# Starts Valkey or its sentinel ($0) in one pod of those named ($@), which have a fixed address each.
# Whoever starts asks who is primary before it takes itself for one.
set -eu
files=/run/secrets/redis
state=/run/sentinel/sentinel.conf
me=$(uname -n)

address() { getent ahosts "$1" | head -n 1 | cut -d ' ' -f 1; }

# What a sentinel says: an address of one of us, or nothing.
asked() {
    said=$(
        REDISCLI_AUTH="$(cat "$files/password")" timeout 1 \
            valkey-cli -h "$1" -p 26379 sentinel get-master-addr-by-name redis 2>/dev/null |
            head -n 1
    ) || return 1
    for known in $addresses; do
        [ "$said" != "$known" ] || { echo "$said"; return 0; }
    done
    return 1
}

addresses= others=
for name in "$@"; do
    until found=$(address "$name") && [ -n "$found" ]; do
        echo "$name has no address yet" >&2
        sleep 1
    done
    addresses="$addresses $found"
    if [ "$name" = "$me" ]; then mine=$found; else others="$others $name"; fi
done

# The others first: what this pod's own sentinel knows may be of before it was cut off. If nobody
# answers for a while there is no primary, and it is the first of us. A mistake does no harm: one
# without replicas takes nothing, and the sentinels make it a replica.
primary=
for _ in 1 2 3 4 5; do
    for name in $others "$me"; do
        if primary=$(asked "$name"); then break 2; fi
    done
    sleep 1
done
primary=${primary:-${addresses# }}
primary=${primary%% *}
echo "$me ($mine) starts as $0; the primary is $primary"

if [ "$0" = valkey ]; then
    set --
    [ "$primary" = "$mine" ] || set -- --replicaof "$primary" 6379
    exec valkey-server "$files/redis.conf" --replica-announce-ip "$mine" "$@"
fi
if [ ! -s "$state" ]; then
    umask 077
    {
        echo "sentinel myid $(printf %s "$me" | sha1sum | cut -d ' ' -f 1)"
        echo "sentinel announce-ip $mine"
        echo "sentinel monitor redis $primary 6379 2"
        cat "$files/sentinel.conf"
    } > "$state.new"
    mv "$state.new" "$state"
fi
exec valkey-server "$state" --sentinel
