-- The feed of endings: whoever listens is told which sessions have ended.

-- The handles of those that this command ends, one after the other.
local ended = ''
