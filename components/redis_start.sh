# Starts Valkey or its sentinel ($0) in one pod of those whose services are named ($@): each has a
# fixed address.
# Whoever starts asks who is primary before it takes itself for one.
set -eu
files=/run/secrets/redis
state=/run/sentinel/sentinel.conf
me=$(uname -n)

address() { getent ahosts "$1" | head -n 1 | cut -d ' ' -f 1; }

ask() {
    sentinel=$1
    shift
    REDISCLI_AUTH="$(cat "$files/password")" timeout 1 \
        valkey-cli -h "$sentinel" -p 26379 sentinel "$@" redis 2>/dev/null
}

# Whom a sentinel calls the primary: an address of one of us, or nothing.
named() {
    said=$(ask "$1" get-master-addr-by-name | head -n 1)
    for known in $addresses; do
        [ "$said" != "$known" ] || { echo "$said"; return 0; }
    done
    return 1
}

# Whether a sentinel knows of others that can take the place of its primary.
replaceable() { [ "$(ask "$1" master | grep -A 1 '^num-slaves$' | tail -n 1)" != 0 ]; }

addresses= others=
for name in "$@"; do
    until found=$(address "$name") && [ -n "$found" ]; do
        echo "$name has no address yet" >&2
        sleep 1
    done
    addresses="$addresses $found"
    if [ "${name%%.*}" = "$me" ]; then mine=$found; else others="$others $name"; fi
done

# The others first: what this pod's own sentinel knows may be of before it was cut off. A primary
# that comes back waits to be replaced: the others have its data at hand and take its place sooner
# than it could hand all of it to them again. If nobody answers for a while there is no primary, and
# it is the first of us. A mistake does no harm: one without replicas takes nothing, and the
# sentinels make it a replica after a while.
primary= heard=
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    for name in $others localhost; do
        primary=$(named "$name") || continue
        heard=yes
        if [ "$primary" != "$mine" ] || [ "$0" != valkey ] || ! replaceable "$name"; then break 2; fi
    done
    [ "$round" -lt 5 ] || [ "$heard" ] || break
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
