-- The rate limiter (calls per second), in one atomic step: reserve times for calls that will be dialled, take tokens at the
-- dial, confirm dials. A call is bounded by one limiter or by two at once: its carrier's, and its gateway's, which all
-- carriers on the gateway share. worker/domain/pacing.py has the same decisions in Python.
--
--   KEYS     of each limiter:
--            its dials, a sorted set: each call that took a token, by the time at which it counts as begun;
--            "life:ID" of the Redis that wrote it, by the last time that was seen, negated; "lost" (see below)
--            its reservations, a sorted set: each by its time; "spaced" by the latest time that was given
--   ARGV[1]  "look", "reserve", "take" or "dialled"
--   ARGV[2]  the calls: "receipt first count". A receipt is unique for each reservation; first is 0 when one is made
--   ARGV[3]  microseconds ahead for which times are reserved
--   ARGV[4]  microseconds after its dial within which a call begins, though nobody confirmed it
--   ARGV[5]  microseconds after which a reservation that was not used lapses
--   ARGV[6]  microseconds by which late calls may catch up
--   ARGV[7]  microseconds before its time at which a token is given out
--   ARGV[8] and on, of each limiter: microseconds between two calls; the calls and microseconds of its longest window, and
--            of its other window
--   returns  of "look" and "reserve": microseconds until the next free time after these, and until each call's time;
--            of "take": microseconds until the calls may begin, and how many were taken; 0: until a token may be free
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
local action = ARGV[1]
local receipt, first, wanted = ARGV[2]:match('(%S+) (%d+) (%d+)')
first, wanted = tonumber(first), tonumber(wanted)
local ahead, begins_within, lapses_after = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local catch_up, taken_ahead = tonumber(ARGV[6]), tonumber(ARGV[7])
local NUMBERS_EACH = 5
local KEPT_MILLISECONDS = 86400000 -- one day
local limiters = {}
for number = 1, #KEYS / 2 do
    local at = 8 + (number - 1) * NUMBERS_EACH
    limiters[number] = {
        dials = KEYS[2 * number - 1],
        reservations = KEYS[2 * number],
        spacing = tonumber(ARGV[at]),
        windows = {
            {calls = tonumber(ARGV[at + 1]), micros = tonumber(ARGV[at + 2])},
            {calls = tonumber(ARGV[at + 3]), micros = tonumber(ARGV[at + 4])},
        },
    }
end

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local server = redis.pcall('INFO', 'server')
local life = 'life:' .. (type(server) == 'string' and server:match('run_id:(%x+)') or '-')

local function text(number)
    return string.format('%.0f', number)
end

for _, limiter in ipairs(limiters) do
    local dials = limiter.dials
    local known = redis.call('ZRANGE', dials, 0, 0, 'WITHSCORES')
    if known[1] ~= life or -tonumber(known[2]) > now then
        redis.call('DEL', dials, limiter.reservations)
        redis.call('ZADD', dials, text(now), 'lost')
    end
    redis.call('ZADD', dials, text(-now), life)
    redis.call('PEXPIRE', dials, KEPT_MILLISECONDS)
    redis.call('ZREMRANGEBYSCORE', dials, '(0', text(now - limiter.windows[1].micros))
end
if action == 'dialled' then
    for _, limiter in ipairs(limiters) do
        for index = first, first + wanted - 1 do
            local unconfirmed = receipt .. ':' .. text(index)
            if redis.call('ZREM', limiter.dials, unconfirmed) == 1 then
                redis.call('ZADD', limiter.dials, text(now), unconfirmed .. '+')
            end
        end
    end
    return {0, 0}
end

-- The times at which calls begin: those whose dial is not confirmed count as begun at the latest time that is given.
local function begun(limiter, latest)
    local times = {}
    local entries = redis.call('ZRANGEBYSCORE', limiter.dials, '(0', '+inf', 'WITHSCORES')
    for index = 1, #entries, 2 do
        if entries[index] ~= 'lost' then
            times[#times + 1] = math.min(tonumber(entries[index + 1]), latest)
        end
    end
    return times
end

-- The first time, ``from`` or later, at which no window of the limiter is full.
local function free_from(limiter, times, from)
    for _, window in ipairs(limiter.windows) do
        local blocking = times[#times - window.calls + 1]
        if blocking then
            from = math.max(from, blocking + window.micros)
        end
    end
    local lost = redis.call('ZSCORE', limiter.dials, 'lost')
    return lost and math.max(from, tonumber(lost) + limiter.windows[1].micros) or from
end

if action == 'take' then
    local room, begins = wanted, now
    for _, limiter in ipairs(limiters) do
        if redis.call('ZSCORE', limiter.dials, 'lost') then
            room = 0
        end
        for _, window in ipairs(limiter.windows) do
            local used = redis.call('ZCOUNT', limiter.dials, text(now - window.micros + 1), '+inf')
            room = math.min(room, window.calls - used)
        end
    end
    if room <= 0 then
        local free = now
        for _, limiter in ipairs(limiters) do
            free = math.max(free, free_from(limiter, begun(limiter, now), now))
            begins = math.max(begins, free_from(limiter, begun(limiter, math.huge), now))
        end
        if begins > now + taken_ahead then
            return {free - now, 0}
        end
        room = 1
    end
    for _, limiter in ipairs(limiters) do
        for index = first, first + room - 1 do
            local member = receipt .. ':' .. text(index)
            redis.call('ZREM', limiter.reservations, member)
            redis.call('ZADD', limiter.dials, text(begins + begins_within), member)
        end
    end
    return {begins - now, room}
end

for _, limiter in ipairs(limiters) do
    redis.call('ZREMRANGEBYSCORE', limiter.reservations, '-inf', text(now - lapses_after))
    limiter.times, limiter.spaced_to = begun(limiter, now), 0
    local entries = redis.call('ZRANGE', limiter.reservations, 0, -1, 'WITHSCORES')
    for index = 1, #entries, 2 do
        if entries[index] == 'spaced' then
            limiter.spaced_to = tonumber(entries[index + 1])
        else
            limiter.times[#limiter.times + 1] = tonumber(entries[index + 1])
        end
    end
    table.sort(limiter.times)
end
local answer = {0}
while true do
    local free = 0
    for _, limiter in ipairs(limiters) do
        local spaced = math.max(limiter.spaced_to + limiter.spacing, now - catch_up)
        limiter.free = free_from(limiter, limiter.times, spaced)
        free = math.max(free, limiter.free)
    end
    if free >= now + ahead or #answer > wanted then
        answer[1] = math.max(0, free - now)
        break
    end
    local at = math.max(free, now)
    answer[#answer + 1] = at - now
    for _, limiter in ipairs(limiters) do
        -- Its own time, not the later one of the other limiter: calls of other carriers may begin before this one.
        limiter.spaced_to = limiter.free
        limiter.times[#limiter.times + 1] = at
        table.sort(limiter.times)
        if action == 'reserve' then
            redis.call('ZADD', limiter.reservations, text(at), receipt .. ':' .. text(#answer - 2))
        end
    end
end
if action == 'reserve' and #answer > 1 then
    for _, limiter in ipairs(limiters) do
        redis.call('ZADD', limiter.reservations, text(limiter.spaced_to), 'spaced')
        redis.call('PEXPIRE', limiter.reservations, KEPT_MILLISECONDS)
    end
end
return answer
