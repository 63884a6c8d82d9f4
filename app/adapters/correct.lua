-- Takes wrong payments out of their windows and sees that others are in, as one step.
--
-- KEYS  the windows
-- ARGV  ttl (seconds); how many of the windows lose something; then each window's record

local ttl, wrong = ARGV[1], tonumber(ARGV[2])

for number, key in ipairs(KEYS) do
    local record = ARGV[2 + number]
    if number > wrong then
        insert(key, record, ttl)
    else
        local window = redis.call('GET', key) or ''
        local at, known = place(window, record)
        if known then
            local rest = string.sub(window, 1, at) .. string.sub(window, at + #record + 1)
            redis.call('SET', key, rest, 'KEEPTTL')
        end
    end
end
