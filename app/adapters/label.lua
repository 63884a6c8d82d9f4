-- Lets windows know what became of payments, in whatever order that is told.
--
-- KEYS  per payment its label's number, its terminal's frauds' set and its terminal's window
-- ARGV  keep, ttl, how long a number is remembered (all in seconds);
--       then per payment its time, its member of the set, the label's number, 1 for a fraud

local keep, ttl, remembered = tonumber(ARGV[1]), ARGV[2], ARGV[3]

for payment = 0, #KEYS / 3 - 1 do
    local number, frauds, terminal =
        KEYS[1 + payment * 3], KEYS[2 + payment * 3], KEYS[3 + payment * 3]
    local at = 4 + payment * 4
    local time, member, label, fraud = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
    -- An earlier label may come after a later one: by another process, or after a refill.
    if tonumber(redis.call('GET', number) or -1) <= tonumber(label) then
        redis.call('SET', number, label, 'EX', remembered)
        if fraud == '1' then
            redis.call('ZADD', frauds, time, member)
            redis.call('EXPIRE', frauds, ttl)
        else
            redis.call('ZREM', frauds, member)
        end
    end
    -- What no payment at the terminal looks back to is asked for by nobody.
    local newest = redis.call('GETRANGE', terminal, -16, -1)
    if #newest > 0 then
        redis.call('ZREMRANGEBYSCORE', frauds, '-inf', time_of(newest, 1) - keep)
    end
end
