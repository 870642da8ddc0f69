-- A carrier's calls per second, in one atomic step: how many tokens are there, take some, say when they were used.
--
--   KEYS[1]  the carrier's bucket, a hash: "life" and "seen" (below), and how many tokens were taken in each slot of time
--   ARGV[1]  tokens in all
--   ARGV[2]  how many to take; 0 only looks
--   ARGV[3]  microseconds after which a token comes back
--   ARGV[4]  a receipt ("slot count") whose calls have been dialled just now, or ""
--   ARGV[5]  microseconds within which the calls of this taking will have been dialled, or never
--   gives    taken, left, microseconds until the next token comes back (0 while one is left), receipt ("" for nothing)
--
-- Each token comes back a fixed time after its call was dialled: while that has not been told, after the last moment at
-- which it may have been, for whoever took it may have dialled and died, or told a switch that stands still. A bucket that refills at r a second while it is emptied would
-- let 2r calls through in its first second: the r that it held and the r that dripped in. Takings of one hundredth of
-- a second count as taken at its end and are kept as one number, so that a bucket stays small however fast it is.
--
-- A bucket that is not there was lost. So was one that another life of Redis wrote (a restart from an old snapshot, a
-- replica that took over), or one that saw a later time than it is now. What was lost starts empty, for nobody knows
-- what was taken in the last second. A clock that leaps forward cannot be told from an idle second.
local bucket, limit, wanted = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local returns_after, dialled, used_within = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local SLOT = 10000
local KEPT_MILLISECONDS = 86400000
local EVERYTHING = 1000000000

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
for place = 1, #fields, 2 do
    local slot, count = tonumber(fields[place]), tonumber(fields[place + 1])
    if slot and count > 0 and slot * SLOT + returns_after > now then
        used = used + count
        out[#out + 1] = {slot = slot, count = count}
    elseif slot then
        redis.call('HDEL', bucket, fields[place])
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
