-- The feed of endings: whoever listens is told which sessions have ended.

-- The handles of those that this command ends.
local ended = {}

-- Publishes a message to those who listen to this store. Answers why not, if the user may not. Where no prefix is
-- given, the first key is a record's, which ends with its handle.
local function publish(message)
  local channel = (prefix ~= '' and prefix or KEYS[1]:sub(1, -37)) .. 'endings'
  local answer = redis.pcall('PUBLISH', channel, message)
  return type(answer) == 'table' and answer.err
end
