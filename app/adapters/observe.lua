-- Adds payments to their windows and returns what came before each, in one round trip.
--
-- KEYS  the marker. The windows' own keys are made here: a call that named three for each payment
--       would cost the service more than the model does. (So this is for one Redis, not a cluster.)
-- ARGV  keep, ttl, customer reach, terminal reach, label delay (all in seconds);
--       then the payments: customer, terminal and time of each, as decimals with a space behind;
--       then their members of the customers' sets, 24 bytes each, whose first 16 are the terminals'
-- Returns the marker;
--       then per payment, as decimals with a space behind: whether it comes too late for what is
--       kept, and how many bytes of each of the three sets follow;
--       then the members in reach: all payments' customers', their terminals', the known frauds

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

local heads, customers, terminals, frauds = {}, {}, {}, {}
local place = 0
for customer, terminal, at in string.gmatch(ARGV[6], '(%d+) (%d+) (%d+) ') do
    local member, time = string.sub(ARGV[7], place * 24 + 1, place * 24 + 24), tonumber(at)
    local spends, takes = 'customer:' .. customer, 'terminal:' .. terminal
    local newest = math.max(add(spends, time, member), add(takes, time, string.sub(member, 1, 16)))
    local known, oldest = time - delay, time - terminal_reach
    place = place + 1
    customers[place] = within(spends, time - customer_reach, time)
    terminals[place] = within(takes, oldest, known)
    frauds[place] = within('frauds:' .. terminal, oldest, known)
    heads[place] = string.format('%d %d %d %d ', newest - keep > oldest and 1 or 0,
        #customers[place], #terminals[place], #frauds[place])
end
return {
    redis.call('GET', KEYS[1]), table.concat(heads),
    table.concat(customers), table.concat(terminals), table.concat(frauds),
}
