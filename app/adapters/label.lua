-- Lets windows know what became of payments, in whatever order that is told.
--
-- KEYS  per payment its label's number, its terminal's frauds' set and its terminal's set
-- ARGV  keep, ttl, how long a number is remembered (all in seconds);
--       then per payment its time, its member of the two sets, the label's number, 1 for a fraud

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
    -- What the terminal's own set has let go is asked for by nobody.
    local newest = redis.call('ZRANGE', terminal, -1, -1, 'WITHSCORES')[2]
    if newest then
        redis.call('ZREMRANGEBYSCORE', frauds, '-inf', tonumber(newest) - keep)
    end
end
