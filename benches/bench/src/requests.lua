-- One request after the other, each with the cookie of a session: `PORTS=PORT,PORT… wrk -s requests.lua URL -- COOKIES [follow]`.
-- With `follow`, a session that is given a new cookie uses that one from then on, and has one request at a time.
-- Each thread has a server of its own, and its part of the sessions.

local ports = {}
for port in os.getenv("PORTS"):gmatch("%d+") do
    ports[#ports + 1] = port
end
local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("part", threads)
    thread.addr = wrk.lookup("127.0.0.1", ports[threads])[1]
end

local queue, head = {}, 0

function init(args)
    local follow = args[2] == "follow"
    local request_with = function(cookie)
        return wrk.format(nil, nil, { Cookie = cookie })
    end
    local line = 0
    for cookie in io.lines(args[1]) do
        line = line + 1
        if line % #ports == part % #ports then
            queue[#queue + 1] = request_with(cookie)
        end
    end
    if wrk.path:sub(-1) == "/" then
        -- Visitors without a session; each thread has its own.
        local visitor = part * 100000
        request = function()
            visitor = visitor + 1
            return wrk.format(nil, wrk.path .. visitor)
        end
        return
    end
    if #queue == 0 then
        queue[1] = wrk.format()
    end
    local tail = #queue
    if not follow then
        request = function()
            head = head % tail + 1
            return queue[head]
        end
        return
    end
    request = function()
        head = head + 1
        local next = queue[head]
        queue[head] = nil
        return next or error("a response had no cookie")
    end
    response = function(_, headers)
        local cookie = headers["set-cookie"]
        if cookie then
            tail = tail + 1
            queue[tail] = request_with(cookie:match("^[^;]*"))
        end
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format("figures %d %d %d %d %d\n",
        summary.requests, summary.duration,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
