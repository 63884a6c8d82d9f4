#!/bin/sh
# Copies what one bucket has and its copy has not, round after round, and tells how far it is.
#
#   bucket_replication.sh SOURCE COPY PAUSE RATE [ROUNDS]
#
# SOURCE and COPY are buckets of the remotes `source:` and `copy:`, PAUSE the seconds between
# rounds, RATE as rclone's --bwlimit. Nothing in the copy is ever overwritten or taken away: what
# the source lost stays, what was changed there is told and not taken over.
set -u
source="source:$1" copy="copy:$2" pause=$3 rate=$4 left=${5:--1}
figures=${FIGURES:-/run/figures} work=${WORK:-/tmp}
complete='' child='' behind='' bytes_behind='' changed='' kept=''

export RCLONE_RETRIES=1 RCLONE_LOW_LEVEL_RETRIES=3 RCLONE_CONTIMEOUT=10s RCLONE_TIMEOUT=1m
export RCLONE_STATS=0 RCLONE_LOG_LEVEL=ERROR

# In the background, since a shell hears no signal while it waits for a program before it.
trap 'kill "$child" 2> /dev/null; exit 143' TERM INT
run() {
    "$@" &
    child=$!
    wait "$child"
}

# Objects and bytes of a bucket, two numbers: size BUCKET [OPTION]...
size() {
    run rclone size --json "$@" > "$work/size" &&
        sed 's/.*"count":\([0-9]*\),"bytes":\([0-9]*\).*/\1 \2/' "$work/size"
}

count() { grep -c "^$1" "$work/compared"; }

round() {
    began=$(date +%s) ok=1 there='' here=''
    # At most half an hour, so that one who looks at the figures knows when this hangs.
    run rclone copy "$source" "$copy" --ignore-existing --bwlimit "$rate" \
        --transfers 2 --buffer-size 1M --s3-upload-concurrency 2 --max-duration 30m || ok=0
    : > "$work/compared"
    # It fails when the two differ, so what it wrote is the answer, and the sizes tell the rest.
    run rclone check "$source" "$copy" --checkers 2 --combined "$work/compared" 2> "$work/said"
    there=$(size "$source") && here=$(size "$copy") && compare || ok=0
    [ "$ok" = 0 ] || complete=$began
}

# Where both answer; what was told last holds until then.
compare() {
    behind=$(count '+') changed=$(count '[*]') kept=$(count '-') bytes_behind=0
    sed -n 's/^[*] /changed in the source, not taken over: /p' "$work/compared"
    if [ "$behind" != 0 ]; then
        sed -n 's/^+ //p' "$work/compared" > "$work/behind"
        bytes_behind=$(size "$source" --files-from-raw "$work/behind")
        bytes_behind=${bytes_behind#* }
    fi
    [ "$(count '!')" = 0 ]
}

metric() { # NAME VALUE WHAT...
    name="bulwark_bucket_replication_$1" value=$2
    shift 2
    [ -z "$value" ] || printf '# HELP %s %s\n# TYPE %s gauge\n%s{bucket="%s"} %s\n' \
        "$name" "$*" "$name" "$name" "${source#source:}" "$value"
}

tell() {
    {
        metric last_run_timestamp_seconds "$(date +%s)" When a round last ended.
        metric last_run_success "$ok" Whether all that it found could be copied.
        metric complete_until_timestamp_seconds "$complete" \
            All that the source held at this time is in the copy.
        metric objects_behind "$behind" Objects that the copy does not have yet.
        metric bytes_behind "$bytes_behind" What they weigh.
        metric changed_objects "$changed" Objects that are not what they were when they were copied.
        metric kept_objects "$kept" Objects that only the copy still has.
        metric source_objects "${there% *}" Objects of the source.
        metric source_bytes "${there#* }" What they weigh.
        metric copied_objects "${here% *}" Objects of the copy.
        metric copied_bytes "${here#* }" What they weigh.
    } > "$figures/.metrics"
    mv "$figures/.metrics" "$figures/metrics.txt"
}

: > "$figures/metrics.txt"
while [ "$left" != 0 ]; do
    round
    tell
    echo "copied=$ok behind=$behind changed=$changed kept=$kept seconds=$(($(date +%s) - began))"
    left=$((left - 1))
    [ "$left" = 0 ] || run sleep "$pause"
done
