-- Publishes a mark, which shows a listener that it hears what is published here. Answers why not, if the user may not.

local function run(_, mark)
  return publish(mark)
end
