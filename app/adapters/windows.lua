-- What the scripts below share. It stands before each of them.
--
-- A window is one string: the records of its payments end to end, ascending. A record is the
-- payment's time, then its id (and the customer's cents), eight bytes each, big-endian: so records
-- compare as their bytes do, and a window travels as it lies. A set of members would be cut into
-- strings for each script that reads it, which costs several times what the rest does.

local function time_of(window, at)
    -- Five of the eight bytes last for 34,000 years.
    local a, b, c, d, e = string.byte(window, at + 3, at + 7)
    return (((a * 256 + b) * 256 + c) * 256 + d) * 256 + e
end

local function before(one, other)
    for at = 1, #one do
        local a, b = string.byte(one, at), string.byte(other, at)
        if a ~= b then
            return a < b
        end
    end
    return false
end

-- How many bytes of the window come before a record, and whether it is there already.
local function place(window, record)
    local at, width = #window, #record
    while at > 0 do
        local last = string.sub(window, at - width + 1, at)
        if before(last, record) then
            break
        end
        at = at - width
        if last == record then
            return at, true
        end
    end
    return at, false
end

-- Adds a record; adding it again changes nothing. Returns the window as it was, and whether all of
-- it comes before the payment: of the same payment told otherwise the cents are another matter.
local function insert(key, record, ttl)
    local window, width = redis.call('GET', key) or '', #record
    local at, known = place(window, record)
    if at == #window then
        redis.call('APPEND', key, record)
    elseif not known then
        redis.call('SET', key, string.sub(window, 1, at) .. record .. string.sub(window, at + 1))
    end
    redis.call('EXPIRE', key, ttl)
    local same = string.sub(window, -width, 15 - width) == string.sub(record, 1, 16)
    return window, at == #window and not same
end
