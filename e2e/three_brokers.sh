# Sourced by harness.sh when E2E_BROKERS=3: the same suites against three combined nodes, one of them killed in the middle.
# E2E_KILL=SECONDS after the start, node 3 is ended with -9 and started again E2E_DOWN (5) seconds later. Topics, offsets too,
# have three replicas unless a test asks for fewer. The suite's known-three.tsv holds, as known.tsv does, what then is not expected to pass.
three_first=0 # id of the first node

# broker_up [KEY=VALUE…]: starts three brokers; sets `broker` to the list of all, `data` to what the first has; none is the suite's to kill.
broker_up() {
	[ -z "${E2E_BROKER:-}" ] || finish_early "E2E_BROKERS starts brokers of its own"
	local id port voters='' servers='' cluster all=() more=()
	local -A kafka=() quorum=()
	EDDYLINE=$(binary) || finish_early "the broker does not build"
	three_first=1
	for port in "$@"; do
		case $port in
			node.id=*) three_first=${port#*=} ;;
			eddyline.http.listener=* | eddyline.admin.listener=*) ;; # one address cannot be three nodes'
			*) more+=("$port") ;;
		esac
	done
	read -ra all <<<"$((three_first)) $((three_first + 1)) $((three_first + 2))"
	port=$(free_port) cluster=$(three_uuid) broker=''
	for id in "${all[@]}"; do
		kafka[$id]=$(three_free "$port") && port=$((kafka[$id] + 1))
		quorum[$id]=$(three_free "$port") && port=$((quorum[$id] + 1))
		voters+=,$id@127.0.0.1:${quorum[$id]}:$(three_uuid)
		servers+=,127.0.0.1:${quorum[$id]}
		broker+=,127.0.0.1:${kafka[$id]}
	done
	broker=${broker#,} broker_pid='' data=$work/node-$three_first/data
	for id in "${all[@]}"; do
		mkdir -p "$work/node-$id"
		: >"$logs/node-$id.log"
		echo "${kafka[$id]}" >"$work/node-$id/port"
		{
			echo "process.roles=broker,controller"
			echo "node.id=$id"
			echo "listeners=PLAINTEXT://127.0.0.1:${kafka[$id]},CONTROLLER://127.0.0.1:${quorum[$id]}"
			echo "advertised.listeners=PLAINTEXT://127.0.0.1:${kafka[$id]}"
			echo "controller.listener.names=CONTROLLER"
			echo "controller.quorum.bootstrap.servers=${servers#,}"
			echo "log.dirs=$work/node-$id/data"
			echo "default.replication.factor=3"
			echo "offsets.topic.replication.factor=3"
			echo "offsets.topic.num.partitions=4"
			echo "group.initial.rebalance.delay.ms=0"
			echo "eddyline.http.listener="
			printf '%s\n' "${more[@]+"${more[@]}"}"
		} >"$work/node-$id/server.properties"
		"$EDDYLINE" format --config "$work/node-$id/server.properties" -t "$cluster" -I "${voters#,}" >"$logs/format-$id.log" 2>&1 ||
			{ cat "$logs/format-$id.log"; finish_early "format fails"; }
		three_start "$id"
	done
	for id in "${all[@]}"; do three_until 60 three_lists_all "$id" || { tail -3 "$logs"/node-*.log; finish_early "the brokers do not find together"; }; done
	trap three_clean_up EXIT
	[ -z "${E2E_KILL:-}" ] || { three_kill "$((three_first + 2))" & disown; echo $! >"$work/killer.pid"; }
}

three_uuid() { # 22 letters that no option begins with
	local id=-
	while [[ $id == -* ]]; do id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '='); done
	echo "$id"
}
three_free() { local port=$1; while listens "$port"; do port=$((port + 1)); done; echo "$port"; }
three_until() { # SECONDS COMMAND…
	local end=$((SECONDS + $1))
	shift
	until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.2; done
}
three_port() { cat "$work/node-$1/port"; }
three_start() { # ID
	"$EDDYLINE" broker --config "$work/node-$1/server.properties" >>"$logs/node-$1.log" 2>&1 &
	echo $! >"$work/node-$1/pid"
	disown
}
three_lists_all() { [ "$(timeout 5 "$EDDYLINE" broker list -b "127.0.0.1:$(three_port "$1")" 2>/dev/null | grep -Ec '^ *[0-9]+ .*127\.0\.0\.1')" = 3 ]; }
three_kill() { # ID
	sleep "$E2E_KILL"
	kill -9 "$(cat "$work/node-$1/pid")" && echo "$(date +%T) killed" >>"$logs/node-$1.log" || return
	sleep "${E2E_DOWN:-5}"
	three_start "$1"
	three_until 60 three_lists_all "$1" && touch "$work/back"
}
three_finish() { # the run counts only if a broker was killed in it and came back
	[ -n "${E2E_KILL:-}" ] && [ -e "$work/killer.pid" ] || return 0
	kill -0 "$(cat "$work/node-$((three_first + 2))/pid")" 2>/dev/null && ! grep -q ' killed$' "$logs/node-$((three_first + 2)).log" &&
		{ kill "$(cat "$work/killer.pid")"; bad "one broker killed mid-run" "the suite was over within $E2E_KILL s"; return 0; }
	three_until 60 test -e "$work/back"
	if [ -e "$work/back" ]; then good "one broker killed mid-run and back"; else bad "one broker killed mid-run and back"; fi
}
three_clean_up() {
	local file
	for file in "$work"/killer.pid "$work"/node-*/pid; do [ ! -e "$file" ] || kill -9 "$(cat "$file")" 2>/dev/null; done
	clean_up
}
