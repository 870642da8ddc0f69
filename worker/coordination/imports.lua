-- One tenant's places for imports or exports: take one, if one is free, or keep the one that the receipt has.
--
--   KEYS[1]  the places that are taken, a sorted set: each receipt by the time at which it lapses, in microseconds
--   ARGV[1]  a receipt
--   ARGV[2]  how many places there are
--   ARGV[3]  microseconds after which a place lapses that nobody released
--   returns  1 if a place was taken, else 0
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
    return 0
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + tonumber(ARGV[3])), ARGV[1])
redis.call('PEXPIRE', KEYS[1], math.ceil(tonumber(ARGV[3]) / 1000))
return 1
