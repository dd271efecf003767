# Sourced by every scenario: the operator is installed, the scenario has a namespace of its own that goes with it, and it says what it saw.
set -euo pipefail
scenario=$(basename "$0")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
. "$root/e2e/cluster/settings.sh"
PATH=$root/e2e/cluster:$PATH
E2E_PYTHON=${E2E_PYTHON:-$root/e2e/.cache/operator/venv/bin/python}
VERSION=${VERSION:-$(sed -n 's/^appVersion: //p' "$root/charts/eddyline-operator/Chart.yaml")}
NEXT_VERSION=${NEXT_VERSION:-$VERSION-next}
namespace=s-$scenario
work=$(mktemp -d "${TMPDIR:-/tmp}/eddyline-operator-$scenario.XXXXXX")
load_pid=
cd "$root"

seen() { echo "seen: $*"; }
die() { echo "FAILED: $*" >&2; exit 1; }
k() { kubectl -n "$namespace" "$@"; }

leave() {
	local status=$?
	[ -z "$load_pid" ] || kill -KILL "$load_pid" 2>/dev/null || true
	trap - EXIT
	if [ $status -ne 0 ]; then
		echo "--- what there was at the end" >&2
		k get kafkaclusters,topics,kafkarebalances,pods -o wide 2>&1 | head -60 >&2 || true
		k get kafkaclusters -o json | jq -c '.items[].status | {conditions, operation, plan}' >&2 || true
		k get events --sort-by=.lastTimestamp >&2 | tail -20 || true
		kubectl -n eddyline-system logs -l app.kubernetes.io/name=eddyline-operator --tail 30 >&2 || true
	fi
	kubectl delete namespace "$namespace" --ignore-not-found --wait=false >/dev/null 2>&1 || true
	rm -rf "$work"
	exit $status
}
trap leave EXIT

within() { # SECONDS WHAT COMMAND…: until it succeeds
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >"$work/within" 2>&1; do
		[ $SECONDS -lt $end ] || { cat "$work/within" >&2; die "not in time: $what"; }
		sleep 0.5
	done
}

operator_up() { # [VALUE…]: the chart as it is in this tree
	helm upgrade --install eddyline charts/eddyline-operator -n eddyline-system --create-namespace --wait --timeout 180s \
		--reset-values "$@" >"$work/helm" 2>&1 || { cat "$work/helm" >&2; die "helm"; }
}

namespace_up() {
	kubectl create namespace "$namespace" >/dev/null
}

# Sessions as long as Kafka's: all nodes of Kubernetes share one machine, on which nobody may run for a second.
settings="default.replication.factor: 3, min.insync.replicas: 2, broker.session.timeout.ms: 9000"

# three NAME [FIELD…]: a cluster of three nodes that are broker and controller, with more fields of its spec as flow mappings.
three() {
	local name=$1
	shift
	{
		printf 'apiVersion: kafka.eddyline.dev/v1alpha1\nkind: KafkaCluster\nmetadata: {name: %s}\nspec:\n' "$name"
		printf '  deletionProtection: false\n'
		printf '  rack: {topologyKey: topology.kubernetes.io/zone}\n'
		printf '  %s\n' "$@"
		[[ " $* " == *" config:"* ]] || printf '  config: {%s}\n' "$settings"
		[[ " $* " == *" brokers:"* ]] || printf '  brokers: {replicas: 3, storage: {size: 1Gi}}\n'
	} | k apply -f - >/dev/null
}

topic() { # NAME CLUSTER [FIELD…]
	{
		printf 'apiVersion: kafka.eddyline.dev/v1alpha1\nkind: Topic\nmetadata: {name: %s}\nspec:\n  clusterRef: {name: %s}\n' "$1" "$2"
		shift 2
		printf '  %s\n' "$@"
	} | k apply -f - >/dev/null
}

condition() { # KIND/NAME TYPE: its status and reason
	k get "$1" -o json | jq -r --arg type "$2" '[.status.conditions[]? | select(.type == $type)][0] | "\(.status) \(.reason)"'
}

is() { # KIND/NAME TYPE STATUS [REASON]
	local told
	told=$(condition "$1" "$2")
	echo "$1 $2: $told"
	[[ $told == "$3 ${4:-}"* ]]
}

at_rest() { # KIND/NAME: what was asked for last is as asked for, and nothing is being done
	k get "$1" -o json | jq -e '
		def is(name): any(.status.conditions[]?; .type == name and .status == "True");
		.status.observedGeneration == .metadata.generation and is("Ready") and (is("Reconciling") or is("Stalled") | not)
		and .status.operation == null and (.kind != "KafkaCluster" or is("UpToDate"))'
}

settles() { # KIND/NAME SECONDS: answers after how many
	local began=$SECONDS
	within "$2" "$1 settles" at_rest "$1"
	echo $((SECONDS - began))
}

# What comes after it runs with the names of the cluster's DNS, in the process that was started.
printf 'nameserver %s\noptions ndots:1\n' "$API" >"$work/resolv.conf"
# shellcheck disable=SC2016
inside=(unshare --mount bash -c 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"' - "$work/resolv.conf")

eddyline() { # ARGUMENT…: the command line, told where the cluster `orders` is
	"${inside[@]}" "${EDDYLINE:-$root/target/debug/eddyline}" "$@" -b "orders-bootstrap.$namespace.svc.cluster.local:9092"
}

replicas() { # TOPIC: replicas of each partition, as [[0,1,2],…]
	eddyline topic describe -o json "$1" | jq -c '[.[0].partitions[].replicas]'
}

replicas_on() { # BROKER: how many replicas it has, of all topics
	local topics
	mapfile -t topics < <(eddyline topic list --internal -o json | jq -r '.[].name')
	eddyline topic describe -o json "${topics[@]}" | jq --argjson broker "$1" '[.[].partitions[].replicas[] | select(. == $broker)] | length'
}

pods() { # [POOL]: UIDs of the cluster's pods
	k get pods -l "kafka.eddyline.dev/cluster=orders${1:+,kafka.eddyline.dev/pool=$1}" -o json | jq -c '[.items[].metadata.uid] | sort'
}

kept() { # BEFORE AFTER: how many pods of the first list are in the second
	jq -n --argjson before "$1" --argjson after "$2" '[$before[] | select(. as $uid | $after | index($uid))] | length'
}

writes_of_topics() { # as below, of Topics
	jq -c 'select(.user.username == "system:serviceaccount:eddyline-system:eddyline-operator" and .objectRef.resource == "topics")' "$AUDIT" | wc -l
}

operator_writes() { # writes of the operator so far, Leases and events aside, from the API server's audit log
	jq -c 'select(.user.username == "system:serviceaccount:eddyline-system:eddyline-operator")' "$AUDIT" | wc -l
}

operator_pid() { # of the one that was started last
	local pid newest=
	for pid in $(pgrep -f '^/bin/eddyline-operator run'); do
		! grep -q "/$CLUSTER_NAME/" "/proc/$pid/cgroup" || newest=$pid
	done
	echo "$newest"
}

resident() { # FIELD of /proc/PID/status: MiB of the operator that was started last
	awk -v field="$1:" '$1 == field { print int($2 / 1024) }' "/proc/$(operator_pid)/status"
}

load_begins() { # CLUSTER TOPIC [RATE]
	"${inside[@]}" "$E2E_PYTHON" "$here/load.py" "$1-bootstrap.$namespace.svc.cluster.local:9092" "$2" "${3:-50}" "$work/load" >"$work/load.log" 2>&1 &
	load_pid=$!
	within 60 "the first record is acknowledged" jq -e '.acknowledged > 0' "$work/load"
}

load_ends() { # judges
	local pid=$load_pid status=0
	load_pid=
	kill "$pid" || die "the load has ended: $(cat "$work/load.log")"
	wait "$pid" || status=$?
	seen "load: $(jq -c '{sent, acknowledged, failed, slowest_ms, missing}' "$work/load")"
	[ $status -eq 0 ] || die "$(cat "$work/load.log")"
}
