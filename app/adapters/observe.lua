-- Adds payments to their windows and returns what came before each, in one round trip.
--
-- KEYS  the marker. The windows' own keys are made here: a call that named three for each payment
--       would cost the service more than the model does. (So this is for one Redis, not a cluster.)
-- ARGV  keep, ttl, terminal reach, label delay (all in seconds);
--       then the payments: customer, terminal and time of each, as decimals with a space behind;
--       then their records for the customers' windows, 24 bytes each, whose first 16 are the
--       terminals'
-- Returns the marker;
--       then per payment, as decimals with a space behind: whether it comes too late for what is
--       kept, whether all that follows came before it, and how many bytes of each of the three
--       follow;
--       then the windows as they were: all payments' customers', their terminals', and the members
--       of the known frauds in reach

local keep, ttl, reach, delay = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

-- Records that no payment needs any more go some at a time: it writes the whole window.
local SPARE = 16

-- Returns the window as it was, whether the record is its newest, and its newest time.
local function add(key, time, record)
    local width = #record
    local window, last = insert(key, record, ttl)
    local newest = #window > 0 and time_of(window, #window - width + 1) or time
    -- By the window's own newest payment before this one: a single time far in the future empties
    -- nothing.
    local oldest, gone = math.min(newest, time) - keep, SPARE * width
    if #window > gone and time_of(window, gone + 1) <= oldest then
        while gone < #window and time_of(window, gone + 1) <= oldest do
            gone = gone + width
        end
        redis.call('SET', key, redis.call('GETRANGE', key, gone, -1), 'EX', ttl)
    end
    return window, last, newest
end

local heads, customers, terminals, frauds = {}, {}, {}, {}
local count = 0
for customer, terminal, at in string.gmatch(ARGV[5], '(%d+) (%d+) (%d+) ') do
    local record, time = string.sub(ARGV[6], count * 24 + 1, count * 24 + 24), tonumber(at)
    local spent, spent_last, spent_newest = add('spent:' .. customer, time, record)
    local taken, taken_last, taken_newest =
        add('taken:' .. terminal, time, string.sub(record, 1, 16))
    local oldest = time - reach
    local known = table.concat(
        redis.call('ZRANGEBYSCORE', 'frauds:' .. terminal, '(' .. oldest, time - delay)
    )
    count = count + 1
    customers[count], terminals[count], frauds[count] = spent, taken, known
    heads[count] = string.format('%d %d %d %d %d ',
        math.max(spent_newest, taken_newest) - keep > oldest and 1 or 0,
        spent_last and taken_last and 1 or 0, #spent, #taken, #known)
end
return {
    redis.call('GET', KEYS[1]), table.concat(heads),
    table.concat(customers), table.concat(terminals), table.concat(frauds),
}
