-- A carrier's rate limiter (calls per second), in one atomic step: count the free tokens, reserve some, and confirm the
-- dial of earlier ones.
--
--   KEYS[1]  the carrier's token bucket, a hash: "life" and "seen" (see below), and the number of tokens taken in each
--            time slot
--   ARGV[1]  tokens in all
--   ARGV[2]  how many to take; 0 only looks
--   ARGV[3]  microseconds after which a token comes back
--   ARGV[4]  a receipt ("slot count") whose calls have just been dialled, or ""
--   ARGV[5]  microseconds within which the calls of this reservation are dialled, or never
--   returns  tokens taken, tokens left, microseconds until the next token comes back (0 while one is left),
--            receipt ("" when nothing was taken)
--
-- A token comes back a fixed time after its call was dialled. Until the dial is confirmed, that time is counted from
-- the last moment at which the call may be dialled: the worker may have dialled and died, or the switch may have
-- stopped responding.
--
-- A bucket that refills continuously at r tokens per second would let 2r calls through in its first second: the r that
-- it held and the r that it gained meanwhile. Here a token is gone until its own time is over.
--
-- Tokens taken within one slot (10 ms) count as taken at the end of the slot and are stored as one number, so that a
-- bucket stays small at any rate.
--
-- A bucket is treated as lost, and starts empty (no free token), in three cases: its key is missing; it was written in
-- another life of Redis (a restart from an old snapshot, a replica that took over); it has seen a later time than now.
-- The reason: nobody knows how many tokens were taken in the last second. A clock that jumps forward cannot be
-- distinguished from an idle second.
local bucket, limit, wanted = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local returns_after, dialled, used_within = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local SLOT = 10000 -- microseconds
local KEPT_MILLISECONDS = 86400000 -- one day
local EVERYTHING = 1000000000 -- more tokens than any limit

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local this_slot = string.format('%.0f', math.ceil(now / SLOT))
local server = redis.pcall('INFO', 'server')
local life = type(server) == 'string' and server:match('run_id:(%x+)') or '-'

local known = redis.call('HMGET', bucket, 'life', 'seen')
if known[1] ~= life or tonumber(known[2]) > now then
    redis.call('DEL', bucket)
    redis.call('HSET', bucket, 'life', life, this_slot, EVERYTHING)
end
redis.call('HSET', bucket, 'seen', string.format('%.0f', now))
redis.call('PEXPIRE', bucket, KEPT_MILLISECONDS)
if dialled ~= '' then
    local slot, count = dialled:match('(%d+) (%d+)')
    if tonumber(redis.call('HGET', bucket, slot) or 0) >= tonumber(count) then
        redis.call('HINCRBY', bucket, slot, -count)
    end
    redis.call('HINCRBY', bucket, this_slot, count)
end

local out, used = {}, 0
local fields = redis.call('HGETALL', bucket)
for index = 1, #fields, 2 do
    local slot, count = tonumber(fields[index]), tonumber(fields[index + 1])
    if slot and count > 0 and slot * SLOT + returns_after > now then
        used = used + count
        out[#out + 1] = {slot = slot, count = count}
    elseif slot then
        redis.call('HDEL', bucket, fields[index])
    end
end

local taken = math.max(0, math.min(wanted, limit - used))
local receipt = ''
if taken > 0 then
    local last_slot = string.format('%.0f', math.ceil((now + used_within) / SLOT))
    redis.call('HINCRBY', bucket, last_slot, taken)
    receipt = last_slot .. ' ' .. taken
    used = used + taken
    out[#out + 1] = {slot = tonumber(last_slot), count = taken}
end

local wait, still_used = 0, used
table.sort(out, function(one, other) return one.slot < other.slot end)
for _, taking in ipairs(out) do
    if still_used < limit then
        break
    end
    still_used = still_used - taking.count
    wait = taking.slot * SLOT + returns_after - now
end
return {taken, math.max(0, limit - used), wait, receipt}
