-- Adds a handle to an index, before its record is written in another slot. The entry ends at `ends`, or
-- `idle` after now. Answers the timestamp to write into the record, or nothing if it is a log-in and the
-- principal's sessions were ended after it began.

local function run(key, handle, ends, idle, logs_in, began)
  local first = first_of(key)
  if logs_in ~= '' and is_too_late(first, handle, began) then
    return false
  end
  local absolute = ends ~= '' and tonumber(ends) or now + idle
  -- Later than all that was revoked, whatever the clock shows.
  local revoked = first.revoked
  local joined = revoked and math.max(real, revoked.last + 1) or real
  join(key, entry(handle, joined) .. MARK, absolute + SKEW, first)
  return joined
end
