-- One tenant's token bucket for requests to the API, in one atomic step. worker/domain/request_rate.py has the same
-- decision in Python.
--
--   KEYS[1]  the bucket, a hash: "used" requests at the time "at", in microseconds
--   ARGV[1]  requests that drain from it within a second, above 0
--   ARGV[2]  requests that it holds, above 0
--   returns  microseconds until the request may be repeated, 0 when it passes, and how many requests it holds now
local per_second, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local known = redis.call('HMGET', KEYS[1], 'used', 'at')
local used = 0
if known[1] then
    local drained = math.max(0, now - tonumber(known[2])) * per_second / 1000000
    used = math.max(0, tonumber(known[1]) - drained)
end
if used + 1 > burst then
    return {math.ceil((used + 1 - burst) * 1000000 / per_second), math.ceil(used)}
end
used = used + 1
redis.call('HSET', KEYS[1], 'used', string.format('%.6f', used), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(used * 1000 / per_second) + 1000) -- it is empty by then
return {0, math.ceil(used)}
