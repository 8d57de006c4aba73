-- Gives every request a body of its own, one line of a file each; what wrk measured is printed as one line of JSON.
--
-- Arguments after `--`: the file, where in it to begin, the path, the content type, the Authorization header or "-", and
-- "once", or "again" where nothing is remembered of a request.

local file, path, headers, isOnce
local source
position = 0

function setup(thread) source = thread end

function init(arguments)
   file = assert(io.open(arguments[1], "rb"))
   position = assert(tonumber(arguments[2]))
   file:seek("set", position)
   path = arguments[3]
   headers = { ["Content-Type"] = arguments[4] }
   if arguments[5] ~= "-" then headers["Authorization"] = arguments[5] end
   isOnce = arguments[6] == "once"
end

function request()
   local body = file:read("*l")
   if body == nil and not isOnce then
      file:seek("set", 0)
      body = file:read("*l")
   end
   -- Whoever started this made too few: it is no answer that counts, and `position` tells them.
   if body == nil then return wrk.format("GET", "/out-of-bodies") end
   position = position + #body + 1
   return wrk.format("POST", path, headers, body)
end

function done(summary, latency)
   local errors = summary.errors
   print(string.format(
      '{"seconds":%.6f,"requests":%d,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"failed":%d,"position":%d}',
      summary.duration / 1e6, summary.requests, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      latency.max / 1e3, errors.status + errors.connect + errors.read + errors.write + errors.timeout,
      source:get("position")))
end
