-- Adds payments to their windows and returns what came before each, in one round trip.
--
-- KEYS  the marker; then per payment its customer's, its terminal's and its terminal's frauds' set
-- ARGV  keep, ttl, customer reach, terminal reach, label delay (all in seconds);
--       then per payment its time and its members of the first two sets
-- Returns the marker; then per payment whether it comes too late for what is kept,
--       and the members in reach of the three sets, each set as one string.

local keep, ttl, customer_reach, terminal_reach, delay =
    tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

-- What no payment needs any more goes by the set's own newest payment before this one: a single
-- time far in the future empties nothing.
local function add(key, time, member)
    local newest = tonumber(redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2] or time)
    redis.call('ZADD', key, time, member)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', math.min(newest, time) - keep)
    redis.call('EXPIRE', key, ttl)
    return newest
end

local function within(key, from, to)
    return table.concat(redis.call('ZRANGEBYSCORE', key, '(' .. from, to))
end

local answer = { redis.call('GET', KEYS[1]) }
for payment = 0, (#KEYS - 1) / 3 - 1 do
    local customer, terminal, frauds =
        KEYS[2 + payment * 3], KEYS[3 + payment * 3], KEYS[4 + payment * 3]
    local time = tonumber(ARGV[6 + payment * 3])
    local newest = math.max(
        add(customer, time, ARGV[7 + payment * 3]), add(terminal, time, ARGV[8 + payment * 3]))
    local known, oldest = time - delay, time - terminal_reach
    answer[#answer + 1] = newest - keep > oldest and 1 or 0
    answer[#answer + 1] = within(customer, time - customer_reach, time)
    answer[#answer + 1] = within(terminal, oldest, known)
    answer[#answer + 1] = within(frauds, oldest, known)
end
return answer
