-- What wrk sends: the requests of a file one after the other, each with its length in eight digits before it.
-- The last line it prints is JSON for the program that started it.

local file

function init(args)
  file = assert(io.open(args[1], "rb"))
end

function request()
  local size = file:read(8)
  if size == nil then -- more would be the same again, which a server may answer from memory
    exhausted = true
    file:seek("set", 0)
    size = file:read(8)
  end
  return file:read(tonumber(size))
end

function response(status, headers, body)
  if status ~= 200 and status ~= 201 and refused == nil then
    refused = status .. " " .. body:sub(1, 300):gsub("%c", " ")
  end
end

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function done(summary, latency, requests)
  local thread = threads[1]
  local bad = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  print(string.format(
    '{"requests": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "lost": %d, "exhausted": %s, "refused": "%s"}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, bad,
    tostring(thread:get("exhausted") or false), (thread:get("refused") or ""):gsub('[\\"]', "'")))
end
