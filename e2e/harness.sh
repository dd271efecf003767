# Sourced by every suite: starts a broker of its own, counts, and ends only the processes that it started.
# A suite's known.tsv lists tests that are not expected to pass: name, `kafka too` | `not yet` | `not here`, reason.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
suite=$(basename "$(dirname "$(realpath "$0")")")
here=$root/e2e/suites/$suite
cache=$root/e2e/.cache
logs=$cache/logs/$suite
mkdir -p "$logs"
work=$(mktemp -d "${TMPDIR:-/tmp}/eddyline-e2e-$suite.XXXXXX")
passed=0 failed=0 not_exercised=0
declare -a started=()

clean_up() {
	local pid
	for pid in "${started[@]+"${started[@]}"}"; do stop "$pid"; done
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

stop() { # PID: asks, waits 10 s, insists
	kill "$1" 2>/dev/null || return 0
	for _ in $(seq 100); do kill -0 "$1" 2>/dev/null || { wait "$1" 2>/dev/null; return 0; }; sleep 0.1; done
	kill -9 "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}

# A signal is sent before it is done: a broker that is started too soon finds the folder in use.
kill_hard() { # PID FOLDER: with -9, until it has let go of its folder
	kill -9 "$1" || return 1
	for _ in $(seq 600); do flock -n "$2/.lock" true && return 0; sleep 0.1; done
	return 1
}

binary() { # path of the broker to test
	if [ -z "${EDDYLINE:-}" ]; then
		(cd "$root" && cargo build -q --locked --bin eddyline) >&2 || return 1
		EDDYLINE=$root/target/debug/eddyline
	fi
	echo "$EDDYLINE"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() { # E2E_PORT is taken if it is free
	[ -z "${E2E_PORT:-}" ] || listens "$E2E_PORT" || { echo "$E2E_PORT"; return 0; }
	local port
	for port in $(seq "$((23000 + RANDOM % 8000))" 32000); do
		listens "$port" || { echo "$port"; return 0; }
	done
	return 1
}

# broker_up [KEY=VALUE…]: starts a broker with these properties besides those of one node, formatted with `format_flags`; sets `broker`, `broker_pid`, `data`.
broker_up() {
	if [ -n "${E2E_BROKER:-}" ]; then
		broker=$E2E_BROKER broker_pid='' data=''
		return 0
	fi
	local program port
	program=$(binary) || finish_early "the broker does not build"
	port=$(free_port)
	broker=127.0.0.1:$port data=$work/data
	mkdir -p "$data"
	{
		echo "process.roles=broker,controller"
		echo "node.id=1"
		echo "listeners=PLAINTEXT://127.0.0.1:$port"
		echo "advertised.listeners=PLAINTEXT://127.0.0.1:$port"
		echo "log.dirs=$data"
		echo "eddyline.http.listener=127.0.0.1:0"
		echo "offsets.topic.replication.factor=1"
		echo "offsets.topic.num.partitions=4"
		echo "group.initial.rebalance.delay.ms=0"
		echo "eddyline.http.listener="
		printf '%s\n' "$@"
	} >"$work/server.properties"
	"$program" format "${format_flags[@]+"${format_flags[@]}"}" --config "$work/server.properties" >"$logs/format.log" 2>&1 || { cat "$logs/format.log"; finish_early "format fails"; }
	"$program" broker --config "$work/server.properties" >"$logs/broker.log" 2>&1 &
	broker_pid=$!
	started+=("$broker_pid")
	for _ in $(seq 150); do
		listens "$port" && return 0
		kill -0 "$broker_pid" 2>/dev/null || break
		sleep 0.1
	done
	tail -20 "$logs/broker.log"
	finish_early "the broker does not start"
}

broker_down() { [ -z "$broker_pid" ] || stop "$broker_pid"; }

known() { # NAME: the line of known.tsv about it
	local file files=()
	for file in "$here/known.tsv" ${E2E_BROKERS:+"$here/known-three.tsv"}; do [ ! -e "$file" ] || files+=("$file"); done
	[ ${#files[@]} -gt 0 ] && awk -F'\t' -v name="$1" '$1 == name { print $2 ": " $3; found = 1; exit } END { exit !found }' "${files[@]}"
}

good() { passed=$((passed + 1)); echo "ok $1"; }
bad() { # NAME [WHY]
	local why
	if why=$(known "$1"); then
		skip "$1" "$why"
	else
		failed=$((failed + 1))
		echo "FAILED $1${2:+: $2}"
	fi
}
skip() { not_exercised=$((not_exercised + 1)); echo "not exercised $1: $2"; }

# check NAME SECONDS COMMAND…: runs a function or a program within that time; its output goes to a log that is shown when it fails.
check() {
	local name=$1 limit=$2 log status
	log=$logs/$(tr -c 'a-zA-Z0-9._\n-' '_' <<<"$name").log
	shift 2
	if [ "$(type -t "$1")" = function ]; then
		( "$@" ) >"$log" 2>&1 &
		wait_for $! "$limit"
	else
		timeout -k 5 "$limit" "$@" >"$log" 2>&1
	fi
	status=$?
	if [ $status -eq 0 ]; then good "$name"; else
		bad "$name" "exit code $status, see ${log#"$root"/}"
		known "$name" >/dev/null || tail -5 "$log" | sed 's/^/    /'
	fi
	return $status
}

wait_for() { # PID SECONDS: its exit code, or 124 when its time is over
	local pid=$1 left=$(($2 * 10))
	while kill -0 "$pid" 2>/dev/null; do
		left=$((left - 1))
		if [ $left -le 0 ]; then
			pkill -TERM -P "$pid" 2>/dev/null
			kill "$pid" 2>/dev/null
			wait "$pid" 2>/dev/null
			return 124
		fi
		sleep 0.1
	done
	wait "$pid"
}

finish_early() { # WHY: nothing can be said about this suite
	echo "$1"
	failed=$((failed + 1))
	finish
	exit 1
}

leave_out() { # WHY: the machine lacks what this suite needs
	echo "left out: suite $suite: $1"
	skip "the whole suite" "$1"
	finish
	exit 0
}

need() { # PROGRAM PACKAGE: a program, out of Debian's packages if it is not there
	command -v "$1" >/dev/null && return 0
	{ apt-get install -y -q "$2" || { apt-get update -q && apt-get install -y -q "$2"; }; } >"$logs/install-$2.log" 2>&1
	command -v "$1" >/dev/null
}

alone() { [ -z "${E2E_BROKERS:-}" ] || leave_out "$1"; } # WHY: the suite means nothing with E2E_BROKERS

three_finish() { :; }
finish() {
	three_finish
	echo "suite $suite: $passed passed, $failed failed, $not_exercised not exercised"
}

if [ "${E2E_BROKERS:-1}" != 1 ]; then
	[ "$E2E_BROKERS" = 3 ] || { echo "E2E_BROKERS is 1 or 3"; exit 2; }
	. "$root/e2e/three_brokers.sh"
else
	unset E2E_BROKERS
fi
