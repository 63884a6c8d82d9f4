-- Adds many stored payments to windows.
--
-- KEYS  the windows
-- ARGV  ttl and the width of a record (seconds, bytes); then each window's new records, ascending

local ttl, width = ARGV[1], tonumber(ARGV[2])

-- What comes before the first new record stays as it is: after an outage that is nearly all.
local function merged(window, added)
    local kept = place(window, string.sub(added, 1, width))
    local parts, old, new = { string.sub(window, 1, kept) }, kept + 1, 1
    while old <= #window and new <= #added do
        local one = string.sub(window, old, old + width - 1)
        local other = string.sub(added, new, new + width - 1)
        if one == other then
            new = new + width
        elseif before(one, other) then
            parts[#parts + 1] = one
            old = old + width
        else
            parts[#parts + 1] = other
            new = new + width
        end
    end
    return table.concat(parts) .. string.sub(window, old) .. string.sub(added, new)
end

for number, key in ipairs(KEYS) do
    local window, added = redis.call('GET', key) or '', ARGV[2 + number]
    if #window == 0 or before(string.sub(window, -width), string.sub(added, 1, width)) then
        redis.call('APPEND', key, added)
    else
        local whole = merged(window, added)
        if #whole > #window then
            redis.call('SET', key, whole)
        end
    end
    redis.call('EXPIRE', key, ttl)
end
