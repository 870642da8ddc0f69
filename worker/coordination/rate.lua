-- A carrier's rate limiter (calls per second), in one atomic step: reserve times for calls that will be dialled, take
-- tokens at the dial, confirm dials. worker/domain/pacing.py has the same decisions in Python.
--
--   KEYS[1]  the carrier's dials, a sorted set: each call that took a token, by the time at which it counts as begun;
--            "life:ID" of the Redis that wrote it, by the last time that was seen, negated; "lost" (see below)
--   KEYS[2]  the carrier's reservations, a sorted set: each by its time; "spaced" by the latest time that was given
--   ARGV[1]  "look", "reserve", "take" or "dialled"
--   ARGV[2]  the calls: "receipt first count". A receipt is unique for each reservation; first is 0 when one is made
--   ARGV[3]  microseconds ahead for which times are reserved
--   ARGV[4]  microseconds after its dial within which a call begins, though nobody confirmed it
--   ARGV[5]  microseconds after which a reservation that was not used lapses
--   ARGV[6]  microseconds between two calls
--   ARGV[7]  microseconds by which late calls may catch up
--   ARGV[8] and on: the windows, longest first: calls and microseconds of each
--   returns  of "look" and "reserve": microseconds until the next free time after these, and until each call's time;
--            of "take": microseconds until a token is free, and how many were taken
--
-- A call counts from the confirmation of its dial (its member then ends in "+"), also from a late one: it may have begun
-- just then. Until then it counts from the last moment at which it may begin: the worker may have dialled and died, or the
-- switch may have stopped responding. So a window that is full here is never overfull on the switch.
--
-- Reservations only keep workers from judging more calls than can be dialled soon. They admit nobody: "take" does.
--
-- Dials are treated as lost, and no token is free until every window has passed, in three cases: the key is missing; it
-- was written in another life of Redis (a restart from an old snapshot, a replica that took over); it has seen a later
-- time than now. The reason: nobody knows how many calls began in the last second. A clock that jumps forward cannot be
-- distinguished from an idle second.
local dials, reservations = KEYS[1], KEYS[2]
local action = ARGV[1]
local receipt, first, wanted = ARGV[2]:match('(%S+) (%d+) (%d+)')
first, wanted = tonumber(first), tonumber(wanted)
local ahead, begins_within, lapses_after = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local spacing, catch_up = tonumber(ARGV[6]), tonumber(ARGV[7])
local windows = {}
for index = 8, #ARGV, 2 do
    windows[#windows + 1] = {calls = tonumber(ARGV[index]), micros = tonumber(ARGV[index + 1])}
end
local longest = windows[1].micros
local KEPT_MILLISECONDS = 86400000 -- one day

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local server = redis.pcall('INFO', 'server')
local life = 'life:' .. (type(server) == 'string' and server:match('run_id:(%x+)') or '-')

local function text(number)
    return string.format('%.0f', number)
end

local known = redis.call('ZRANGE', dials, 0, 0, 'WITHSCORES')
if known[1] ~= life or -tonumber(known[2]) > now then
    redis.call('DEL', dials, reservations)
    redis.call('ZADD', dials, text(now), 'lost')
end
redis.call('ZADD', dials, text(-now), life)
redis.call('PEXPIRE', dials, KEPT_MILLISECONDS)
redis.call('ZREMRANGEBYSCORE', dials, '(0', text(now - longest))
if action == 'dialled' then
    for index = first, first + wanted - 1 do
        local unconfirmed = receipt .. ':' .. text(index)
        if redis.call('ZREM', dials, unconfirmed) == 1 then
            redis.call('ZADD', dials, text(now), unconfirmed .. '+')
        end
    end
    return {0, 0}
end
local lost = redis.call('ZSCORE', dials, 'lost')

-- The times at which calls begin: those whose dial is not confirmed count as begun now.
local function begun()
    local times = {}
    local entries = redis.call('ZRANGEBYSCORE', dials, '(0', '+inf', 'WITHSCORES')
    for index = 1, #entries, 2 do
        if entries[index] ~= 'lost' then
            times[#times + 1] = math.min(tonumber(entries[index + 1]), now)
        end
    end
    return times
end

-- The first time, ``from`` or later, at which no window is full.
local function free_from(times, from)
    for _, window in ipairs(windows) do
        local blocking = times[#times - window.calls + 1]
        if blocking then
            from = math.max(from, blocking + window.micros)
        end
    end
    return lost and math.max(from, tonumber(lost) + longest) or from
end

if action == 'take' then
    local room = lost and 0 or wanted
    for _, window in ipairs(windows) do
        room = math.min(room, window.calls - redis.call('ZCOUNT', dials, text(now - window.micros + 1), '+inf'))
    end
    if room <= 0 then
        return {free_from(begun(), now) - now, 0}
    end
    for index = first, first + room - 1 do
        local member = receipt .. ':' .. text(index)
        redis.call('ZREM', reservations, member)
        redis.call('ZADD', dials, text(now + begins_within), member)
    end
    return {0, room}
end

redis.call('ZREMRANGEBYSCORE', reservations, '-inf', text(now - lapses_after))
local times, spaced_to = begun(), 0
local entries = redis.call('ZRANGE', reservations, 0, -1, 'WITHSCORES')
for index = 1, #entries, 2 do
    if entries[index] == 'spaced' then
        spaced_to = tonumber(entries[index + 1])
    else
        times[#times + 1] = tonumber(entries[index + 1])
    end
end
table.sort(times)
local answer = {0}
while true do
    local free = free_from(times, math.max(spaced_to + spacing, now - catch_up))
    if free >= now + ahead or #answer > wanted then
        answer[1] = math.max(0, free - now)
        break
    end
    spaced_to = free
    local at = math.max(free, now)
    times[#times + 1] = at
    answer[#answer + 1] = at - now
    if action == 'reserve' then
        redis.call('ZADD', reservations, text(at), receipt .. ':' .. text(#answer - 2))
    end
end
if action == 'reserve' and #answer > 1 then
    redis.call('ZADD', reservations, text(spaced_to), 'spaced')
    redis.call('PEXPIRE', reservations, KEPT_MILLISECONDS)
end
return answer
