# Sourced after store.sh by suites whose broker reaches the store through a proxy that does to requests what networks and stores do.
# What it can do is in suites/tiering-faults/fault_proxy.py; brokers use http://127.0.0.1:$proxy.
proxy=$(free_port) control=$(free_port)
while [ "$control" = "$proxy" ]; do control=$(free_port); done
"$python" "$root/e2e/suites/tiering-faults/fault_proxy.py" "$proxy" "$store_port" "$control" >"$logs/proxy.log" 2>&1 &
started+=($!)
until_so listens "$proxy" && until_so listens "$control" || finish_early "the proxy does not start"

faults() { # one line to the proxy; its answer
	local answer
	exec 4<>"/dev/tcp/127.0.0.1/$control" && echo "$*" >&4 && read -r answer <&4
	exec 4>&-
	echo "$answer"
}
met() { [ "$(faults hits)" -ge "$1" ]; }
holds() { [ "$(faults held)" -ge 1 ]; }
end_faults() { faults clear >/dev/null; }
